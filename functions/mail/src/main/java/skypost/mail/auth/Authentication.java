package skypost.mail.auth;

import java.util.Optional;
import skypost.mail.auth.spf.SpfCheck;
import skypost.mail.auth.spf.SpfSession;
import skypost.mail.dns.Lookups;

/** All checks of one message. */
public final class Authentication {
  private Authentication() {}

  /**
   * Checks.
   *
   * @param message its octets with CRLF; without it only SPF is checked
   */
  public static Checked check(SpfSession session, Optional<byte[]> message, Lookups dns) {
    return new Checked(session, SpfCheck.check(session, dns));
  }
}
