package skypost.mail.verify;

import java.util.Optional;
import skypost.mail.auth.Checked;
import skypost.mail.auth.Checked.OfMessage;
import skypost.mail.auth.dkim.DkimResult;
import skypost.mail.auth.spf.SpfResult;
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

  /** Whether somebody stands for it: a signer, a server that may send, or we ourselves. */
  public boolean isVouchedFor() {
    return sender.isEmpty()
        || sender.get().spf().result() instanceof SpfResult.Pass
        || sender.get().message().dkim().stream()
            .anyMatch(verdict -> verdict.result() instanceof DkimResult.Pass);
  }

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
