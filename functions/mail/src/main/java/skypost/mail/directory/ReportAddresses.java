package skypost.mail.directory;

import java.util.Locale;
import java.util.Set;
import skypost.protocol.address.EmailAddress;

/**
 * Where others send their reports on a local domain, as its DNS records name it: {@code
 * dmarc-reports} for the rua of DMARC (RFC 9990), {@code tls-reports} for that of TLS reporting
 * (RFC 8460). They take mail without an account.
 */
public final class ReportAddresses {
  private static final String DMARC = "dmarc-reports";
  private static final String TLS = "tls-reports";
  private static final Set<String> ALL = Set.of(DMARC, TLS);

  private ReportAddresses() {}

  /** For reports on what became of mail in a domain's name. */
  public static EmailAddress dmarc(String domain) {
    return new EmailAddress(DMARC, domain);
  }

  /** For reports on connections to a domain's servers. */
  public static EmailAddress tls(String domain) {
    return new EmailAddress(TLS, domain);
  }

  /** Whether it is one of them. */
  public static boolean contains(EmailAddress address) {
    return ALL.contains(address.local().toLowerCase(Locale.ROOT));
  }
}
