package skypost.mail.sieve.message;

import java.util.Locale;
import java.util.Set;

/** The words of an HTML text, for searching: no more than leaving out what is markup. */
final class Html {
  private static final Set<String> UNSEEN = Set.of("script", "style", "head", "title");
  private static final Set<String> LINES =
      Set.of("br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "td");

  private static final int MAX_ENTITY = 11; // characters, the & and the ; among them

  private final String html;
  private final StringBuilder text = new StringBuilder();
  private int index;

  private Html(String html) {
    this.html = html;
  }

  static String text(String html) {
    Html reader = new Html(html);
    reader.read();
    return reader.text.toString();
  }

  private void read() {
    while (index < html.length()) {
      char c = html.charAt(index);
      if (c == '<') {
        markup();
      } else if (c == '&') {
        entity();
      } else {
        text.append(c);
        index++;
      }
    }
  }

  private void markup() {
    if (html.startsWith("<!--", index)) {
      passBehind("-->", index + 4);
      return;
    }
    int start = index + 1;
    boolean closing = start < html.length() && html.charAt(start) == '/';
    int end = closing ? start + 1 : start;
    int nameStart = end;
    while (end < html.length() && Character.isLetterOrDigit(html.charAt(end))) {
      end++;
    }
    String name = html.substring(nameStart, end).toLowerCase(Locale.ROOT);
    passBehind(">", end);
    if (!closing && UNSEEN.contains(name)) {
      skipElement(name);
    } else if (LINES.contains(name)) {
      text.append("\r\n");
    }
  }

  private void skipElement(String name) {
    for (int at = html.indexOf("</", index); at >= 0; at = html.indexOf("</", at + 2)) {
      if (html.regionMatches(true, at + 2, name, 0, name.length())) {
        passBehind(">", at);
        return;
      }
    }
    index = html.length();
  }

  private void passBehind(String mark, int from) {
    int at = html.indexOf(mark, from);
    index = at < 0 ? html.length() : at + mark.length();
  }

  private void entity() {
    // No further than a name is long: each of a million & would look through all that follows
    int end = html.indexOf(';', index, Math.min(html.length(), index + MAX_ENTITY));
    String name = end < 0 ? "" : html.substring(index + 1, end);
    String value = value(name);
    if (value.isEmpty()) {
      text.append('&');
      index++;
    } else {
      text.append(value);
      index = end + 1;
    }
  }

  private static String value(String name) {
    return switch (name) {
      case "amp" -> "&";
      case "lt" -> "<";
      case "gt" -> ">";
      case "quot" -> "\"";
      case "apos" -> "'";
      case "nbsp" -> " ";
      default -> name.startsWith("#") ? numbered(name.substring(1)) : "";
    };
  }

  private static String numbered(String number) {
    try {
      int c =
          number.startsWith("x") || number.startsWith("X")
              ? Integer.parseInt(number.substring(1), 16)
              : Integer.parseInt(number);
      return Character.isValidCodePoint(c) && c > 0 ? Character.toString(c) : "";
    } catch (NumberFormatException malformed) {
      return "";
    }
  }
}
