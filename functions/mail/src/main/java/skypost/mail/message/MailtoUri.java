package skypost.mail.message;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skypost.protocol.address.EmailAddress;

/** Addresses that DNS records name as {@code mailto:} URIs (RFC 6068). */
public final class MailtoUri {
  /**
   * The size behind an address, such as {@code !10m}, is of RFC 7489 section 6.2; it is passed
   * over.
   */
  private static final Pattern FORM =
      Pattern.compile("(?i)mailto:([^!?]+)(![0-9]+[kmgt]?)?(\\?.*)?");

  private MailtoUri() {}

  /** The address; empty when it is another URI, or none that has one address. */
  public static Optional<EmailAddress> address(String uri) {
    Matcher mailto = FORM.matcher(uri);
    if (!mailto.matches()) {
      return Optional.empty();
    }
    try {
      String plain = mailto.group(1).replace("+", "%2B"); // the decoder is made for forms
      return EmailAddress.parse(URLDecoder.decode(plain, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
