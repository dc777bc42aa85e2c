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
    if (source.isEmpty()) {
      return new Checked(SpfCheck.check(session, dns), Optional.empty());
    }
    RawMessage message = RawMessage.read(source.get());
    // What the authors' domains say comes first, then who might speak for them: a forger names
    // other domains as he likes, and their servers can use all the time up
    DmarcCheck authors = DmarcCheck.begin(message, dns);
    DkimVerifier signatures = DkimVerifier.begin(message, session.now(), dns);
    boolean senderIsNear = SpfCheck.domain(session).filter(authors::isNear).isPresent();
    SpfVerdict spf;
    if (senderIsNear) {
      spf = SpfCheck.check(session, dns);
      signatures.verify(authors::isNear);
    } else {
      signatures.verify(authors::isNear);
      spf = SpfCheck.check(session, dns);
    }
    signatures.verify(domain -> true);
    List<DkimVerdict> dkim = signatures.verdicts();
    DmarcVerdict dmarc = authors.evaluate(spf, dkim);
    ArcVerdict arc = ArcVerifier.verify(message, dns);
    return new Checked(
        spf, Optional.of(new Checked.OfMessage(dkim, dmarc, arc, Authors.of(message))));
  }
}
