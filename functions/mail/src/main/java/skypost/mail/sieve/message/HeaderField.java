package skypost.mail.sieve.message;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A header field as it stands in the message (RFC 5322 section 2.2).
 *
 * @param name as written; empty for a line that is no field, which is kept and never matches
 * @param raw the whole field with its line ends, one character for each octet
 */
public record HeaderField(String name, String raw) {
  private static final Pattern FOLD = Pattern.compile("\r?\n(?=[ \t])");

  /** The value, unfolded and without white space around it, one character for each octet. */
  String value() {
    return FOLD.matcher(raw.substring(raw.indexOf(':') + 1)).replaceAll("").strip();
  }

  /** The value as text: unfolded (RFC 5322 section 2.2.3), decoded (RFC 2047, RFC 6532). */
  public String text() {
    return EncodedWords.decode(Octets.text(value())).strip();
  }

  /** The addresses it holds; encoded words stand only in names, which are left out. */
  public List<MailAddress> addresses() {
    return AddressList.parse(Octets.text(value()));
  }

  boolean is(String wanted) {
    return !name.isEmpty() && name.equalsIgnoreCase(wanted);
  }

  byte[] octets() {
    return raw.getBytes(StandardCharsets.ISO_8859_1);
  }
}
