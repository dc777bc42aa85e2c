package skypost.mail.sieve.match;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** A set of characters, as in a bracket expression (POSIX 1003.1 section 9.3.5). */
record CharacterSet(IntPredicate members) {
  static final CharacterSet ANY = new CharacterSet(c -> true);

  static CharacterSet of(int character) {
    return new CharacterSet(c -> c == character);
  }

  boolean contains(int c) {
    return members.test(c);
  }

  CharacterSet inverted() {
    return new CharacterSet(members.negate());
  }

  /** The same for small and capital letters of ASCII. */
  CharacterSet caseless() {
    return new CharacterSet(
        c -> members.test(c) || members.test(upper(c)) || members.test(lower(c)));
  }

  private static int upper(int c) {
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
  }

  private static int lower(int c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
  }

  static boolean isWord(int c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  /** A class by its POSIX name. */
  static Optional<CharacterSet> named(String name) {
    IntPredicate members =
        switch (name) {
          case "alpha" -> Character::isLetter;
          case "digit" -> c -> c >= '0' && c <= '9';
          case "alnum" -> Character::isLetterOrDigit;
          case "upper" -> Character::isUpperCase;
          case "lower" -> Character::isLowerCase;
          case "space" -> c -> c == ' ' || (c >= '\t' && c <= '\r');
          case "blank" -> c -> c == ' ' || c == '\t';
          case "punct" -> c -> c > ' ' && c < 127 && !Character.isLetterOrDigit(c);
          case "cntrl" -> Character::isISOControl;
          case "graph" -> c -> !Character.isISOControl(c) && !Character.isWhitespace(c);
          case "print" -> c -> !Character.isISOControl(c);
          case "xdigit" ->
              c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
          default -> null;
        };
    return Optional.ofNullable(members).map(CharacterSet::new);
  }

  /** The class that a backslash and this letter stand for, as in most tools. */
  static Optional<CharacterSet> escaped(int letter) {
    return switch (letter) {
      case 'd' -> named("digit");
      case 'D' -> named("digit").map(CharacterSet::inverted);
      case 's' -> named("space");
      case 'S' -> named("space").map(CharacterSet::inverted);
      case 'w' -> Optional.of(new CharacterSet(CharacterSet::isWord));
      case 'W' -> Optional.of(new CharacterSet(CharacterSet::isWord).inverted());
      default -> Optional.empty();
    };
  }

  /** Collects what stands in brackets. */
  static final class Builder {
    private final List<IntPredicate> parts = new ArrayList<>();

    void add(CharacterSet part) {
      parts.add(part.members());
    }

    void range(int from, int to) {
      parts.add(c -> c >= from && c <= to);
    }

    CharacterSet build() {
      List<IntPredicate> all = List.copyOf(parts);
      return new CharacterSet(c -> all.stream().anyMatch(part -> part.test(c)));
    }
  }
}
