package skypost.mail.sieve.grammar;

import java.util.Locale;

/** Cuts a script into tokens (RFC 5228 section 8.1). */
final class Lexer {
  private static final String MARKS = "()[]{},;";

  private final String script;
  private int index;
  private int line = 1;
  private int column = 1;

  Lexer(String script) {
    this.script = script;
  }

  Token next() {
    skipBlanks();
    Position at = position();
    if (atEnd()) {
      return new Token.End(at);
    }
    char c = script.charAt(index);
    if (c == '"') {
      return new Token.Text(at, quoted(at));
    } else if (c == ':') {
      return tag(at);
    } else if (isDigit(c)) {
      return number(at);
    } else if (isLetter(c)) {
      return word(at);
    } else if (MARKS.indexOf(c) >= 0) {
      advance();
      return new Token.Mark(at, c);
    }
    throw new ScriptException(at, "unexpected character " + shown(c));
  }

  private Token tag(Position at) {
    advance();
    if (atEnd() || !isLetter(script.charAt(index))) {
      throw new ScriptException(at, "a name must follow ':'");
    }
    return new Token.Tag(at, name().toLowerCase(Locale.ROOT));
  }

  private Token word(Position at) {
    String name = name();
    // RFC 5228 section 2.4.2: multi-line literals begin with the keyword "text:"
    if (name.equalsIgnoreCase("text") && !atEnd() && script.charAt(index) == ':') {
      advance();
      return new Token.Text(at, multiLine(at));
    }
    return new Token.Identifier(at, name);
  }

  private String name() {
    int start = index;
    while (!atEnd() && (isLetter(script.charAt(index)) || isDigit(script.charAt(index)))) {
      advance();
    }
    return script.substring(start, index);
  }

  /** RFC 5228 section 2.4.1: digits, and K, M or G for powers of 1024. */
  private Token number(Position at) {
    long value = 0;
    while (!atEnd() && isDigit(script.charAt(index))) {
      int digit = script.charAt(index) - '0';
      if (value > (Long.MAX_VALUE - digit) / 10) {
        throw new ScriptException(at, "this number is too large");
      }
      value = value * 10 + digit;
      advance();
    }
    int shift = atEnd() ? 0 : quantifier(script.charAt(index));
    if (shift > 0) {
      advance();
      if (value > Long.MAX_VALUE >> shift) {
        throw new ScriptException(at, "this number is too large");
      }
    }
    if (!atEnd() && isLetter(script.charAt(index))) {
      throw new ScriptException(at, "a number may only end with K, M or G");
    }
    return new Token.Number(at, value << shift);
  }

  private static int quantifier(char c) {
    return switch (c) {
      case 'k', 'K' -> 10;
      case 'm', 'M' -> 20;
      case 'g', 'G' -> 30;
      default -> 0;
    };
  }

  /** RFC 5228 section 2.4.2; lines end with CRLF whatever the script's own end with. */
  private String quoted(Position at) {
    advance();
    StringBuilder text = new StringBuilder();
    while (true) {
      if (atEnd()) {
        throw new ScriptException(at, "this string has no end");
      }
      char c = script.charAt(index);
      if (c == '"') {
        advance();
        return text.toString();
      }
      if (c == '\\') {
        advance();
        if (atEnd()) {
          throw new ScriptException(at, "this string has no end");
        }
        c = script.charAt(index);
      }
      take(text, c);
    }
  }

  private void take(StringBuilder text, char c) {
    if (c == 0) {
      throw new ScriptException(position(), "a string must not hold a NUL character");
    }
    advance();
    if (c == '\r' && !atEnd() && script.charAt(index) == '\n') {
      advance();
      text.append("\r\n");
    } else if (c == '\n') {
      text.append("\r\n");
    } else {
      text.append(c);
    }
  }

  /** RFC 5228 section 2.4.2: up to a line with a dot alone; two dots that begin a line are one. */
  private String multiLine(Position at) {
    while (!atEnd() && (script.charAt(index) == ' ' || script.charAt(index) == '\t')) {
      advance();
    }
    if (!atEnd() && script.charAt(index) == '#') {
      restOfLine();
    } else if (!restOfLine().isBlank()) {
      throw new ScriptException(at, "only a comment may follow 'text:' on its line");
    }
    StringBuilder text = new StringBuilder();
    while (!atEnd()) {
      String one = restOfLine();
      if (one.equals(".")) {
        return text.toString();
      }
      if (one.indexOf(0) >= 0) {
        throw new ScriptException(at, "a string must not hold a NUL character");
      }
      text.append(one.startsWith("..") ? one.substring(1) : one).append("\r\n");
    }
    throw new ScriptException(at, "this multi-line string has no end: a line with '.' alone");
  }

  /** The line up to its end, which is passed and left out. */
  private String restOfLine() {
    int start = index;
    while (!atEnd() && script.charAt(index) != '\n') {
      advance();
    }
    int end = index > start && script.charAt(index - 1) == '\r' ? index - 1 : index;
    if (!atEnd()) {
      advance();
    }
    return script.substring(start, end);
  }

  /** White space and comments (RFC 5228 section 2.3). */
  private void skipBlanks() {
    while (!atEnd()) {
      char c = script.charAt(index);
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        advance();
      } else if (c == '#') {
        restOfLine();
      } else if (c == '/' && script.startsWith("/*", index)) {
        skipBracketComment();
      } else {
        return;
      }
    }
  }

  private void skipBracketComment() {
    Position at = position();
    int end = script.indexOf("*/", index + 2);
    if (end < 0) {
      throw new ScriptException(at, "this comment has no end");
    }
    while (index < end + 2) {
      advance();
    }
  }

  private void advance() {
    if (script.charAt(index++) == '\n') {
      line++;
      column = 1;
    } else {
      column++;
    }
  }

  private boolean atEnd() {
    return index >= script.length();
  }

  private Position position() {
    return new Position(line, column);
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static String shown(char c) {
    return c > ' ' && c < 127 ? "'" + c + "'" : String.format(Locale.ROOT, "U+%04X", (int) c);
  }
}
