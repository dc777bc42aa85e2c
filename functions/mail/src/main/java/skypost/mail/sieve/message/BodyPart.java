package skypost.mail.sieve.message;

import java.util.Locale;

/**
 * A piece of a body that is searched on its own (RFC 5173 section 5.2): a part's content, what
 * stands before or behind the parts of a multipart, or the header section of a message in the
 * message.
 *
 * @param mimeType type and subtype in lower case
 * @param text decoded; lines end with CRLF
 */
public record BodyPart(String mimeType, String text) {
  private static final String XHTML = "application/xhtml+xml";

  /** RFC 5173 section 5.2: a type, a type with its subtype, or everything where it is empty. */
  public boolean isOf(String wanted) {
    String type = wanted.toLowerCase(Locale.ROOT);
    if (type.isEmpty()) {
      return true;
    }
    int slash = type.indexOf('/');
    if (slash < 0) {
      return mimeType.startsWith(type + "/");
    }
    boolean malformed = slash == 0 || slash == type.length() - 1 || slash != type.lastIndexOf('/');
    return !malformed && mimeType.equals(type);
  }

  /** Whether it is text for people. */
  public boolean isText() {
    return mimeType.startsWith("text/") || mimeType.equals(XHTML);
  }

  /** As people read it: HTML without its markup. */
  public String readable() {
    boolean html = mimeType.equals("text/html") || mimeType.equals(XHTML);
    return html ? Html.text(text) : text;
  }
}
