package skypost.protocol.address;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/**
 * A mailbox address: the local part as the sender wrote it, the domain in canonical form (RFC 5321
 * section 2.3.11).
 *
 * @param local the local part, unquoted: {@code "a b"@x.example} has the local part {@code a b}
 * @param domain a domain in lower-case A-labels without a trailing dot, or an address literal with
 *     its brackets
 */
public record EmailAddress(String local, String domain) {
  /** Octets of a local part (RFC 5321 section 4.5.3.1.1). */
  public static final int MAX_LOCAL = 64;

  /** Octets of a path without its brackets (RFC 5321 section 4.5.3.1.3 counts 256 with both). */
  public static final int MAX_ADDRESS = 254;

  public EmailAddress {
    if (local.isEmpty() || domain.isEmpty()) {
      throw new IllegalArgumentException("an address has a local part and a domain");
    }
  }

  /**
   * Reads {@code local@domain}, without angle brackets and source route.
   *
   * @return empty when it is not a Mailbox of RFC 5321 section 4.1.2 as widened by RFC 6531 section
   *     3.3
   */
  public static Optional<EmailAddress> parse(String text) {
    int at = localEnd(text);
    if (at <= 0 || at >= text.length() - 1 || text.charAt(at) != '@') {
      return Optional.empty();
    }
    String written = text.substring(0, at);
    String local = written.charAt(0) == '"' ? unquote(written) : written;
    if (local.isEmpty() || utf8Length(written) > MAX_LOCAL || utf8Length(text) > MAX_ADDRESS) {
      return Optional.empty();
    }
    return Domains.parse(text.substring(at + 1)).map(domain -> new EmailAddress(local, domain));
  }

  /**
   * The index of the {@code @} that ends the local part, or -1 when the local part is malformed.
   */
  private static int localEnd(String text) {
    if (text.isEmpty()) {
      return -1;
    }
    return text.charAt(0) == '"' ? quotedEnd(text) : dotStringEnd(text);
  }

  private static int dotStringEnd(String text) {
    boolean atomOpen =
        false; // RFC 5321 section 4.1.2: Dot-string = Atom *("." Atom), so no empty atom
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '@') {
        return atomOpen ? i : -1;
      } else if (c == '.') {
        if (!atomOpen) {
          return -1;
        }
        atomOpen = false;
      } else if (isAtext(c)) {
        atomOpen = true;
      } else {
        return -1;
      }
    }
    return -1;
  }

  private static int quotedEnd(String text) {
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        return i + 1 < text.length() ? i + 1 : -1;
      }
      if (c == '\\') {
        i++; // quoted-pairSMTP
        if (i >= text.length() || text.charAt(i) < 32 || text.charAt(i) > 126) {
          return -1;
        }
      } else if (c < 32 || c == 127) {
        return -1;
      }
    }
    return -1;
  }

  private static String unquote(String quoted) {
    StringBuilder plain = new StringBuilder(quoted.length());
    for (int i = 1; i < quoted.length() - 1; i++) {
      char c = quoted.charAt(i);
      plain.append(c == '\\' ? quoted.charAt(++i) : c);
    }
    return plain.toString();
  }

  private static boolean isAtext(char c) {
    return c > 127 // RFC 6531 section 3.3: atext =/ UTF8-non-ascii
        || (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0;
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * Whether it needs SMTPUTF8 on the wire: domains are A-labels here, so only the local part can
   * (RFC 6531).
   */
  public boolean isInternationalized() {
    return !local.chars().allMatch(c -> c < 128);
  }

  /**
   * Whether the domain is an address literal such as {@code [192.0.2.1]} (RFC 5321 section 4.1.3).
   */
  public boolean isLiteral() {
    return domain.startsWith("[");
  }

  /**
   * The form in which our own directory keeps addresses: the local part in lower case and in
   * Unicode's normal form C, for the same letters may be written in two ways (RFC 6532 section
   * 3.1). Only a local domain may compare local parts like this (RFC 5321 section 2.4).
   */
  public EmailAddress canonical() {
    String composed =
        isInternationalized() ? Normalizer.normalize(local, Normalizer.Form.NFC) : local;
    return new EmailAddress(composed.toLowerCase(Locale.ROOT), domain);
  }

  /** The wire form, quoted where the local part needs it; without angle brackets. */
  @Override
  public String toString() {
    String plain = local + '@' + domain;
    if (dotStringEnd(plain) == local.length()) {
      return plain;
    }
    return '"' + local.replace("\\", "\\\\").replace("\"", "\\\"") + "\"@" + domain;
  }
}
