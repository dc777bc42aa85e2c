package skypost.mail.auth;

import java.nio.charset.StandardCharsets;

/**
 * A header field as it came.
 *
 * @param name in lower case, without blanks
 * @param text the whole of it with its folds and its CRLF; one character an octet
 */
public record RawField(String name, String text) {
  /** What follows the colon, folds and all. */
  public String value() {
    return text.substring(text.indexOf(':') + 1);
  }

  /** The value in one line, as UTF-8 (RFC 6532). */
  public String unfolded() {
    String octets = value().replace("\r\n", "").strip();
    return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
