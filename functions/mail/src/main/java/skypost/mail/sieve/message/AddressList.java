package skypost.mail.sieve.message;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads address lists (RFC 5322 section 3.4) as they come: groups are opened, comments and names
 * left out, and what is no address is kept as malformed.
 */
public final class AddressList {
  private static final int MAX_ADDRESSES = 1000;

  private final String text;
  private final List<MailAddress> found = new ArrayList<>();
  private final StringBuilder plain = new StringBuilder(); // what stands outside of brackets
  private String inBrackets; // null where there are none yet
  private int index;

  private AddressList(String text) {
    this.text = text;
  }

  /** The addresses of an unfolded value. */
  public static List<MailAddress> parse(String value) {
    if (value.isBlank()) {
      return List.of(new MailAddress("", "")); // a field is there, with an address that is none
    }
    AddressList list = new AddressList(value);
    list.read();
    return List.copyOf(list.found);
  }

  private void read() {
    while (index < text.length() && found.size() < MAX_ADDRESSES) {
      char c = text.charAt(index);
      switch (c) {
        case '(' -> skipComment();
        case '"' -> quoted(plain);
        case '[' -> literal();
        case '<' -> brackets();
        case ',', ';' -> {
          index++;
          endAddress();
        }
        case ':' -> { // the name of a group ends here
          index++;
          plain.setLength(0);
        }
        default -> {
          index++;
          plain.append(c);
        }
      }
    }
    endAddress();
  }

  private void skipComment() {
    int depth = 0;
    while (index < text.length()) {
      char c = text.charAt(index++);
      if (c == '\\') {
        index++;
      } else if (c == '(') {
        depth++;
      } else if (c == ')' && --depth == 0) {
        return;
      }
    }
  }

  private void quoted(StringBuilder into) {
    into.append(text.charAt(index++));
    while (index < text.length()) {
      char c = text.charAt(index++);
      into.append(c);
      if (c == '\\' && index < text.length()) {
        into.append(text.charAt(index++));
      } else if (c == '"') {
        return;
      }
    }
  }

  private void literal() {
    int end = text.indexOf(']', index);
    int behind = end < 0 ? text.length() : end + 1;
    plain.append(text, index, behind);
    index = behind;
  }

  private void brackets() {
    StringBuilder inside = new StringBuilder();
    index++;
    while (index < text.length() && text.charAt(index) != '>') {
      char c = text.charAt(index);
      if (c == '"') {
        quoted(inside);
      } else if (c == '(') {
        skipComment();
      } else {
        inside.append(c);
        index++;
      }
    }
    if (index >= text.length()) { // no end: then it is no bracket either
      plain.append('<').append(inside);
      return;
    }
    index++;
    inBrackets = inside.toString();
  }

  private void endAddress() {
    String spec = (inBrackets == null ? plain.toString() : withoutRoute(inBrackets)).strip();
    if (!spec.isEmpty()) {
      found.add(address(spec));
    }
    plain.setLength(0);
    inBrackets = null;
  }

  /** RFC 5322 section 4.4: {@code @a,@b:user@c} has the route {@code @a,@b}. */
  private static String withoutRoute(String spec) {
    int colon = spec.indexOf(':');
    return spec.strip().startsWith("@") && colon >= 0 ? spec.substring(colon + 1) : spec;
  }

  private static MailAddress address(String spec) {
    int at = spec.lastIndexOf('@');
    if (at <= 0 || at == spec.length() - 1) {
      return new MailAddress(spec, "");
    }
    String local = spec.substring(0, at).strip();
    String domain = spec.substring(at + 1).replaceAll("\\s", "");
    boolean quoted = local.startsWith("\"");
    if (!quoted) {
      // RFC 5322 section 4.4: blanks around dots. Runs first: they may be as long as a header
      local = local.replaceAll("\\s+", " ").replaceAll(" ?\\. ?", ".");
    }
    boolean malformed = !quoted && local.chars().anyMatch(c -> c <= ' ' || "@\"<>".indexOf(c) >= 0);
    if (malformed || domain.isEmpty() || domain.indexOf('"') >= 0) {
      return new MailAddress(spec, "");
    }
    return new MailAddress(quoted ? unquote(local) : local, domain);
  }

  private static String unquote(String quoted) {
    int end = quoted.length() > 1 && quoted.endsWith("\"") ? quoted.length() - 1 : quoted.length();
    return quoted.substring(1, end).replaceAll("\\\\(.)", "$1");
  }
}
