package skypost.mail.verify;

import java.util.Optional;
import skypost.mail.auth.Checked;
import skypost.mail.auth.Checked.OfMessage;
import skypost.mail.auth.spf.SpfVerdict;
import skypost.mail.message.SenderResults;

/**
 * What is known of a message's sender.
 *
 * @param results what its readers are told
 * @param sender what was found out; empty for mail that is not verified
 */
public record Verification(SenderResults results, Optional<Sender> sender) {
  /** Of mail that is not verified, and has no part in it. */
  public static final Verification NONE = new Verification(SenderResults.NONE, Optional.empty());

  /**
   * A sender who was looked at.
   *
   * @param spf about the client and the reverse-path
   * @param message about the author
   * @param spoofed whether an author is in a domain of ours, and nothing proves it; or there are
   *     too many authors to tell
   */
  public record Sender(SpfVerdict spf, OfMessage message, boolean spoofed) {
    static Sender of(Checked checked, boolean spoofed) {
      return new Sender(checked.spf(), checked.message().orElseThrow(), spoofed);
    }
  }
}
