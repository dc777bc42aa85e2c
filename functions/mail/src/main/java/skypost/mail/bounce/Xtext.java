package skypost.mail.bounce;

import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/** The encodings of addresses and ids in DSN parameters and fields. */
final class Xtext {
  private Xtext() {}

  /**
   * Decodes xtext (RFC 3461 section 4); empty when malformed or when something unprintable is
   * hidden in it.
   */
  static Optional<String> decode(String xtext) {
    StringBuilder plain = new StringBuilder(xtext.length());
    for (int i = 0; i < xtext.length(); i++) {
      int c = xtext.charAt(i);
      if (c == '+') {
        if (i + 2 >= xtext.length()) {
          return Optional.empty();
        }
        int high = Character.digit(xtext.charAt(i + 1), 16);
        int low = Character.digit(xtext.charAt(i + 2), 16);
        c = high < 0 || low < 0 ? -1 : high << 4 | low;
        i += 2;
      }
      if (c < 32 || c > 126) {
        return Optional.empty();
      }
      plain.append((char) c);
    }
    return plain.isEmpty() ? Optional.empty() : Optional.of(plain.toString());
  }

  /**
   * {@code rfc822; address}, or {@code utf-8; …} with utf-8-addr-xtext for an internationalized one
   * (RFC 6533 section 3).
   */
  static String typed(EmailAddress address) {
    if (!address.isInternationalized()) {
      return "rfc822; " + address;
    }
    StringBuilder encoded = new StringBuilder("utf-8; ");
    address
        .toString()
        .codePoints()
        .forEach(c -> {
          if (c > 32 && c < 127 && c != '\\' && c != '+' && c != '=') {
            encoded.append((char) c);
          } else {
            encoded.append("\\x{").append(String.format("%02X", c)).append('}');
          }
        });
    return encoded.toString();
  }

  /**
   * The value of ORCPT as Original-Recipient shows it (RFC 3464 section 2.3.1); empty when
   * malformed.
   */
  static Optional<String> originalRecipient(String orcpt) {
    int semicolon = orcpt.indexOf(';');
    if (semicolon <= 0 || !orcpt.chars().allMatch(c -> c > 32 && c < 127)) {
      return Optional.empty();
    }
    String type = orcpt.substring(0, semicolon);
    String address = orcpt.substring(semicolon + 1);
    // RFC 6533 section 3: utf-8-addr-xtext is no xtext, and is the form that a 7-bit report wants
    // anyway.
    Optional<String> shown =
        type.equalsIgnoreCase("utf-8") ? Optional.of(address) : decode(address);
    return shown.map(text -> type + ';' + text);
  }
}
