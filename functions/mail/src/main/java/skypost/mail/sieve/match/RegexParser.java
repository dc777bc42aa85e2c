package skypost.mail.sieve.match;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads POSIX extended regular expressions (POSIX 1003.1 section 9.4, as draft-ietf-sieve-regex
 * asks), with the classes {@code \d \s \w} and the edges {@code \b \< \>} that most tools know.
 * There are no back-references: no matcher of bounded time has them.
 */
final class RegexParser {
  private static final int MAX_REPEAT = 255; // POSIX's RE_DUP_MAX
  private static final int MAX_DEPTH = 50;

  private final int[] pattern;
  private int index;
  private int groups;
  private int depth;

  private RegexParser(String pattern) {
    this.pattern = pattern.codePoints().toArray();
  }

  static RegexNode parse(String pattern) throws RegexException {
    RegexParser parser = new RegexParser(pattern);
    RegexNode node = parser.choice();
    if (parser.index < parser.pattern.length) {
      throw new RegexException("unmatched ')' in the regular expression");
    }
    return node;
  }

  private RegexNode choice() throws RegexException {
    List<RegexNode> of = new ArrayList<>();
    of.add(sequence());
    while (accept('|')) {
      of.add(sequence());
    }
    return of.size() == 1 ? of.getFirst() : new RegexNode.Choice(of);
  }

  private RegexNode sequence() throws RegexException {
    List<RegexNode> parts = new ArrayList<>();
    while (index < pattern.length && pattern[index] != '|' && pattern[index] != ')') {
      parts.add(repeated());
    }
    return switch (parts.size()) {
      case 0 -> new RegexNode.Empty();
      case 1 -> parts.getFirst();
      default -> new RegexNode.Sequence(parts);
    };
  }

  private RegexNode repeated() throws RegexException {
    RegexNode node = atom();
    int times = 0;
    while (index < pattern.length) {
      if (accept('*')) {
        node = new RegexNode.Repeat(node, 0, RegexNode.UNLIMITED);
      } else if (accept('+')) {
        node = new RegexNode.Repeat(node, 1, RegexNode.UNLIMITED);
      } else if (accept('?')) {
        node = new RegexNode.Repeat(node, 0, 1);
      } else if (pattern[index] == '{') {
        node = interval(node);
      } else {
        return node;
      }
      if (++times > MAX_DEPTH) {
        throw new RegexException("too many repetitions of one thing in the regular expression");
      }
    }
    return node;
  }

  private RegexNode interval(RegexNode of) throws RegexException {
    index++;
    int min = number();
    int max = min;
    if (accept(',')) {
      max = index < pattern.length && pattern[index] == '}' ? RegexNode.UNLIMITED : number();
    }
    if (!accept('}') || max < min) {
      throw new RegexException("malformed '{…}' in the regular expression");
    }
    return new RegexNode.Repeat(of, min, max);
  }

  private int number() throws RegexException {
    int start = index;
    int value = 0;
    while (index < pattern.length && pattern[index] >= '0' && pattern[index] <= '9') {
      value = value * 10 + pattern[index++] - '0';
      if (value > MAX_REPEAT) {
        throw new RegexException("a repetition of more than " + MAX_REPEAT);
      }
    }
    if (index == start) {
      throw new RegexException("malformed '{…}' in the regular expression");
    }
    return value;
  }

  private RegexNode atom() throws RegexException {
    int c = pattern[index++];
    return switch (c) {
      case '(' -> group();
      case '[' -> new RegexNode.One(brackets());
      case '.' -> new RegexNode.One(CharacterSet.ANY);
      case '^' -> new RegexNode.At(RegexNode.Place.START);
      case '$' -> new RegexNode.At(RegexNode.Place.END);
      case '\\' -> escape();
      case '*', '+', '?', '{' ->
          throw new RegexException(
              "'" + Character.toString(c) + "' with nothing to repeat in the regular expression");
      default -> new RegexNode.One(CharacterSet.of(c));
    };
  }

  private RegexNode group() throws RegexException {
    if (++depth > MAX_DEPTH) {
      throw new RegexException("groups nested too deep in the regular expression");
    }
    int number = ++groups;
    RegexNode of = choice();
    if (!accept(')')) {
      throw new RegexException("unmatched '(' in the regular expression");
    }
    depth--;
    return new RegexNode.Group(of, number);
  }

  private RegexNode escape() throws RegexException {
    if (index >= pattern.length) {
      throw new RegexException("a backslash ends the regular expression");
    }
    int c = pattern[index++];
    if (c >= '1' && c <= '9') {
      throw new RegexException("back-references are not supported in regular expressions");
    }
    Optional<CharacterSet> set = CharacterSet.escaped(c);
    if (set.isPresent()) {
      return new RegexNode.One(set.get());
    }
    return switch (c) {
      case 'b' -> new RegexNode.At(RegexNode.Place.WORD_EDGE);
      case 'B' -> new RegexNode.At(RegexNode.Place.NO_WORD_EDGE);
      case '<' -> new RegexNode.At(RegexNode.Place.WORD_START);
      case '>' -> new RegexNode.At(RegexNode.Place.WORD_END);
      default -> new RegexNode.One(CharacterSet.of(c));
    };
  }

  private CharacterSet brackets() throws RegexException {
    boolean inverted = accept('^');
    var set = new CharacterSet.Builder();
    boolean first = true; // a ']' that comes first is itself
    while (first || !accept(']')) {
      first = false;
      if (index >= pattern.length) {
        throw new RegexException("unmatched '[' in the regular expression");
      }
      if (startsClass()) {
        set.add(namedClass());
      } else {
        range(set);
      }
    }
    return inverted ? set.build().inverted() : set.build();
  }

  private void range(CharacterSet.Builder set) throws RegexException {
    int from = element();
    boolean ranges =
        index + 1 < pattern.length && pattern[index] == '-' && pattern[index + 1] != ']';
    int to = from;
    if (ranges) {
      index++;
      to = element();
    }
    if (to < from) {
      throw new RegexException("a range that ends before it begins in the regular expression");
    }
    set.range(from, to);
  }

  /** A character, or one as {@code [.x.]} or {@code [=x=]}. */
  private int element() throws RegexException {
    int c = pattern[index++];
    boolean named =
        c == '[' && index < pattern.length && (pattern[index] == '.' || pattern[index] == '=');
    if (!named) {
      return c;
    }
    int kind = pattern[index];
    boolean closed =
        index + 3 < pattern.length && pattern[index + 2] == kind && pattern[index + 3] == ']';
    if (!closed) {
      throw new RegexException("unknown collating element in the regular expression");
    }
    int element = pattern[index + 1];
    index += 4;
    return element;
  }

  private boolean startsClass() {
    return pattern[index] == '[' && index + 1 < pattern.length && pattern[index + 1] == ':';
  }

  private CharacterSet namedClass() throws RegexException {
    index += 2;
    StringBuilder name = new StringBuilder();
    while (index < pattern.length && pattern[index] != ':') {
      name.appendCodePoint(pattern[index++]);
    }
    index++;
    if (!accept(']')) {
      throw new RegexException("unmatched '[:' in the regular expression");
    }
    return CharacterSet.named(name.toString())
        .orElseThrow(() -> new RegexException("unknown class [:" + name + ":]"));
  }

  private boolean accept(int c) {
    if (index < pattern.length && pattern[index] == c) {
      index++;
      return true;
    }
    return false;
  }
}
