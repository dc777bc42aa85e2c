package skypost.mail.sieve.run;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import skypost.mail.message.Flags;
import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.match.Budget;
import skypost.mail.sieve.match.Captures;
import skypost.mail.sieve.script.Instruction.FlagChange;
import skypost.mail.sieve.script.Modifier;
import skypost.mail.sieve.script.Text;
import skypost.mail.sieve.script.Text.Piece;

/** What a script sets while it runs: variables, match variables, flags. */
final class State {
  private final Budget budget;
  private final Map<String, String> variables = new HashMap<>();
  private Captures captures = Captures.NONE;
  private List<String> flags = List.of(); // RFC 5232 section 2: the internal variable

  State(Budget budget) {
    this.budget = budget;
  }

  Budget budget() {
    return budget;
  }

  /** A string with its variables put in (RFC 5229 section 3). */
  String expand(Text text) {
    Optional<String> constant = text.constant();
    if (constant.isPresent()) {
      return constant.get();
    }
    StringBuilder value = new StringBuilder();
    for (Piece piece : text.pieces()) {
      value.append(
          switch (piece) {
            case Piece.Literal(String literal) -> literal;
            case Piece.Variable(String name) -> variables.getOrDefault(name, "");
            case Piece.Matched(int index) -> captures.get(index);
          });
      if (value.length() > Limits.TEXT_LENGTH) {
        break;
      }
    }
    budget.spend(value.length() / 8 + 1);
    return cut(value.toString(), Limits.TEXT_LENGTH);
  }

  List<String> expand(List<Text> texts) {
    return texts.stream().map(this::expand).toList();
  }

  void matched(Captures found) {
    captures = found;
  }

  /** RFC 5229 section 4. */
  void set(Position at, String name, List<Modifier> modifiers, String value) {
    for (Modifier modifier : modifiers) {
      value = modified(modifier, value);
    }
    assign(at, name, value);
  }

  private void assign(Position at, String name, String value) {
    variables.put(name, cut(value, Limits.VARIABLE_LENGTH));
    if (variables.size() > Limits.VARIABLES) {
      throw new RunException(at, "more than " + Limits.VARIABLES + " variables");
    }
  }

  private static String modified(Modifier modifier, String value) {
    int first = value.isEmpty() ? 0 : Character.charCount(value.codePointAt(0));
    String begin = value.substring(0, first);
    String rest = value.substring(first);
    return switch (modifier) {
      case LOWER -> lower(value);
      case UPPER -> upper(value);
      case LOWERFIRST -> lower(begin) + rest;
      case UPPERFIRST -> upper(begin) + rest;
      case QUOTEWILDCARD -> value.replaceAll("[*?\\\\]", "\\\\$0");
      case QUOTEREGEX -> value.replaceAll("[\\^$.\\[\\]{}()*+?|\\\\]", "\\\\$0");
      case LENGTH -> String.valueOf(value.codePointCount(0, value.length()));
    };
  }

  /** RFC 5229 section 4.1.3: only the letters of ASCII. */
  private static String lower(String value) {
    return mapped(value, c -> c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }

  private static String upper(String value) {
    return mapped(value, c -> c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }

  private static String mapped(String value, IntUnaryOperator mapping) {
    StringBuilder mapped = new StringBuilder(value.length());
    value.chars().map(mapping).forEach(c -> mapped.append((char) c));
    return mapped.toString();
  }

  /** Not in the middle of a character. */
  private static String cut(String value, int length) {
    if (value.length() <= length) {
      return value;
    }
    int end = Character.isHighSurrogate(value.charAt(length - 1)) ? length - 1 : length;
    return value.substring(0, end);
  }

  /** The flags of the internal variable. */
  List<String> flags() {
    return flags;
  }

  List<String> flags(List<String> names) {
    return Flags.of(names.stream().map(name -> variables.getOrDefault(name, "")).toList());
  }

  /** RFC 5232 section 3. */
  void change(Position at, FlagChange change, Optional<String> variable, List<String> given) {
    List<String> named = Flags.of(given);
    List<String> old = variable.isPresent() ? flags(List.of(variable.get())) : flags;
    List<String> changed =
        switch (change) {
          case SET -> named;
          case ADD -> Flags.added(old, named);
          case REMOVE -> Flags.removed(old, named);
        };
    if (variable.isPresent()) {
      assign(at, variable.get(), String.join(" ", changed));
    } else {
      flags = changed;
    }
  }
}
