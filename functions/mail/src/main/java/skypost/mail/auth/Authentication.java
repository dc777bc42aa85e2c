package skypost.mail.auth;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import skypost.mail.auth.arc.ArcVerdict;
import skypost.mail.auth.arc.ArcVerifier;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dkim.DkimVerifier;
import skypost.mail.auth.dmarc.DmarcCheck;
import skypost.mail.auth.dmarc.DmarcVerdict;
import skypost.mail.auth.spf.SpfCheck;
import skypost.mail.auth.spf.SpfSession;
import skypost.mail.auth.spf.SpfVerdict;
import skypost.mail.dns.Lookups;
import skypost.mail.message.MessageSource;

/** All checks of one message. */
public final class Authentication {
  private Authentication() {}

  /**
   * Checks.
   *
   * @param source the message, its lines with CRLF; without it only SPF is checked
   * @throws IOException when the message cannot be read: nothing is known then
   */
  public static Checked check(SpfSession session, Optional<MessageSource> source, Lookups dns)
      throws IOException {
    SpfVerdict spf = SpfCheck.check(session, dns);
    if (source.isEmpty()) {
      return new Checked(spf, Optional.empty());
    }
    RawMessage message = RawMessage.read(source.get());
    List<DkimVerdict> dkim = DkimVerifier.verify(message, session.now(), dns);
    DmarcVerdict dmarc = DmarcCheck.check(message, spf, dkim, dns);
    ArcVerdict arc = ArcVerifier.verify(message, dns);
    return new Checked(
        spf, Optional.of(new Checked.OfMessage(dkim, dmarc, arc, Authors.of(message))));
  }
}
