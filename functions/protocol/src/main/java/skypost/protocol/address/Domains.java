package skypost.protocol.address;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Domain names and address literals as SMTP writes them (RFC 5321 sections 4.1.2 and 4.1.3). */
public final class Domains {
  /** Octets of a domain (RFC 5321 section 4.5.3.1.2). */
  public static final int MAX_DOMAIN = 255;

  private static final int MAX_LABEL = 63; // RFC 1035 section 2.3.4
  private static final Pattern IPV4 =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]{2,45}");

  private Domains() {}

  /**
   * Reads a domain or an address literal.
   *
   * @return the canonical form: lower-case A-labels, or the literal in lower case with its
   *     brackets; empty when malformed (a trailing dot is: RFC 5321 section 2.3.5 writes names
   *     without it)
   */
  public static Optional<String> parse(String text) {
    if (text.startsWith("[")) {
      return literal(text.toLowerCase(Locale.ROOT));
    }
    return name(text);
  }

  private static Optional<String> name(String text) {
    if (text.isEmpty() || text.length() > MAX_DOMAIN || text.endsWith(".")) {
      return Optional.empty();
    }
    String ascii = InternationalNames.toAscii(text).orElse("").toLowerCase(Locale.ROOT);
    for (String label : ascii.split("\\.", -1)) {
      if (!isLabel(label)) {
        return Optional.empty();
      }
    }
    return ascii.length() > MAX_DOMAIN ? Optional.empty() : Optional.of(ascii);
  }

  private static boolean isLabel(String label) {
    if (label.isEmpty()
        || label.length() > MAX_LABEL
        || label.startsWith("-")
        || label.endsWith("-")) {
      return false;
    }
    // The underscore is no letter of RFC 5321's sub-domain, but real hosts bear it in EHLO and in
    // addresses.
    return label
        .chars()
        .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_');
  }

  private static Optional<String> literal(String text) {
    if (!text.endsWith("]")) {
      return Optional.empty();
    }
    String inner = text.substring(1, text.length() - 1);
    if (inner.startsWith("ipv6:")) {
      String address = inner.substring("ipv6:".length());
      return IPV6.matcher(address).matches() && address.contains(":")
          ? Optional.of(text)
          : Optional.empty();
    }
    var quad = IPV4.matcher(inner);
    if (!quad.matches()) {
      return Optional.empty();
    }
    for (int i = 1; i <= 4; i++) {
      if (Integer.parseInt(quad.group(i)) > 255) {
        return Optional.empty();
      }
    }
    return Optional.of(text);
  }
}
