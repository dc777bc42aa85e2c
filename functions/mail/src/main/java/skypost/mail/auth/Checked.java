package skypost.mail.auth;

import java.util.List;
import java.util.Optional;
import skypost.mail.auth.arc.ArcVerdict;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dmarc.DmarcVerdict;
import skypost.mail.auth.spf.SpfVerdict;
import skypost.mail.sieve.message.MailAddress;

/**
 * What is known of who sent a message.
 *
 * @param message empty where there was none to look at
 */
public record Checked(SpfVerdict spf, Optional<OfMessage> message) {

  /**
   * What the message itself tells.
   *
   * @param dkim a verdict for each signature, or that there is none
   * @param dmarc about the author's domain
   * @param arc about the chain of those who passed it on
   * @param authors the addresses of From that are well formed
   */
  public record OfMessage(
      List<DkimVerdict> dkim, DmarcVerdict dmarc, ArcVerdict arc, List<MailAddress> authors) {
    public OfMessage {
      dkim = List.copyOf(dkim);
      authors = List.copyOf(authors);
    }
  }
}
