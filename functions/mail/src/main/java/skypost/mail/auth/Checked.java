package skypost.mail.auth;

import java.util.List;
import java.util.Optional;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.spf.SpfVerdict;

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
   */
  public record OfMessage(List<DkimVerdict> dkim) {
    public OfMessage {
      dkim = List.copyOf(dkim);
    }
  }
}
