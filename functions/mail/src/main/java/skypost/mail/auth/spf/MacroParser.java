package skypost.mail.auth.spf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skypost.mail.auth.spf.MacroString.Part;

/** Reads macro strings (RFC 7208 section 7.1). What is malformed gives nothing. */
final class MacroParser {
  private static final Pattern MACRO =
      Pattern.compile("%\\{([A-Za-z])([0-9]*)([rR]?)([-.+,/_=]*)\\}");
  private static final String LETTERS = "slodiphcrtv";
  private static final String EXPLANATION_ONLY = "crt";

  /** RFC 7208 section 7.1, toplabel: letters, digits and inner hyphens, not only digits. */
  private static final Pattern DOMAIN_END =
      Pattern.compile("\\.(?![0-9]+\\.?$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\\.?$");

  private MacroParser() {}

  /** A domain-spec: ends in a macro or in a dot and a top label. */
  static Optional<MacroString> domain(String text) {
    return parse(text, false, false).filter(MacroParser::isDomainSpec);
  }

  /** The value of a modifier that is not known. */
  static Optional<MacroString> any(String text) {
    return parse(text, false, true);
  }

  /** The text of an explanation, which may hold spaces (section 6.2). */
  static Optional<MacroString> explanation(String text) {
    return parse(text, true, true);
  }

  private static boolean isDomainSpec(MacroString read) {
    if (read.parts().isEmpty()) {
      return false;
    }
    return switch (read.parts().getLast()) {
      case Part.Macro ignored -> true;
      case Part.Escape ignored -> true; // a macro-expand by the grammar
      case Part.Literal(String text) -> DOMAIN_END.matcher(text).find();
    };
  }

  private static Optional<MacroString> parse(String text, boolean spaces, boolean allLetters) {
    List<Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    Matcher macro = MACRO.matcher(text);
    int index = 0;
    while (index < text.length()) {
      char c = text.charAt(index);
      if (c < (spaces ? ' ' : '!') || c > '~') { // RFC 7208 section 7.1, macro-literal
        return Optional.empty();
      }
      if (c != '%') {
        literal.append(c);
        index++;
      } else if (macro.region(index, text.length()).lookingAt()) {
        Optional<Part.Macro> part = macro(macro, allLetters);
        if (part.isEmpty()) {
          return Optional.empty();
        }
        flush(literal, parts);
        parts.add(part.get());
        index = macro.end();
      } else {
        int escape = "%_-".indexOf(index + 1 < text.length() ? text.charAt(index + 1) : 'x');
        if (escape < 0) {
          return Optional.empty();
        }
        flush(literal, parts);
        parts.add(new Part.Escape(List.of("%", " ", "%20").get(escape)));
        index += 2;
      }
    }
    flush(literal, parts);
    return Optional.of(new MacroString(parts));
  }

  private static Optional<Part.Macro> macro(Matcher matched, boolean allLetters) {
    char given = matched.group(1).charAt(0);
    char letter = Character.toLowerCase(given);
    String digits = matched.group(2);
    boolean known =
        LETTERS.indexOf(letter) >= 0 && (allLetters || EXPLANATION_ONLY.indexOf(letter) < 0);
    boolean zero = !digits.isEmpty() && digits.chars().allMatch(c -> c == '0');
    if (!known || zero) { // RFC 7208 section 7.1: DIGIT is not zero
      return Optional.empty();
    }
    int keep = digits.isEmpty() || digits.length() > 6 ? 1_000_000 : Integer.parseInt(digits);
    String delimiters = matched.group(4).isEmpty() ? "." : matched.group(4);
    return Optional.of(
        new Part.Macro(
            letter, Character.isUpperCase(given), keep, !matched.group(3).isEmpty(), delimiters));
  }

  private static void flush(StringBuilder literal, List<Part> parts) {
    if (!literal.isEmpty()) {
      parts.add(new Part.Literal(literal.toString()));
      literal.setLength(0);
    }
  }
}
