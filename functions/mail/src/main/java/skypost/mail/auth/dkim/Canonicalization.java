package skypost.mail.auth.dkim;

import java.util.Locale;
import skypost.mail.auth.RawField;

/** RFC 6376 section 3.4. */
public enum Canonicalization {
  SIMPLE,
  RELAXED;

  /** A header field with its CRLF. */
  public String field(RawField field) {
    return switch (this) {
      case SIMPLE -> field.text(); // section 3.4.1: as it is
      case RELAXED -> relaxed(field.text());
    };
  }

  /** Section 3.4.2: name in lower case, one line, blanks as one space, none at the ends. */
  private static String relaxed(String text) {
    int colon = text.indexOf(':');
    StringBuilder out = new StringBuilder(text.length());
    out.append(text.substring(0, colon).stripTrailing().toLowerCase(Locale.ROOT)).append(':');
    int valueStart = out.length();
    boolean blank = false;
    for (int i = colon + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean lineEnd =
          (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n')
              || (c == '\n' && text.charAt(i - 1) == '\r');
      if (c == ' ' || c == '\t') {
        blank = true;
      } else if (!lineEnd) {
        if (blank && out.length() > valueStart) {
          out.append(' ');
        }
        blank = false;
        out.append(c);
      }
    }
    return out.append("\r\n").toString();
  }
}
