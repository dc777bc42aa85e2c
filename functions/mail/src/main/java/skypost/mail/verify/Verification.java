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
 * @param sender what was found out; empty for mail that was not verified
 * @param unverified why it was not; of no meaning where it was
 */
public record Verification(SenderResults results, Optional<Sender> sender, Unverified unverified) {
  /** Why mail was not verified. */
  public enum Unverified {
    /** It need not be: we made it, or a user or a trusted network of ours sent it. */
    TRUSTED,
    /** It could not be, by a fault of ours: nothing is known of it. */
    UNKNOWN,
    /** Likewise, and it claims to be from a domain of ours. */
    UNKNOWN_AS_OURS
  }

  /** Of mail that was verified, or is trusted. */
  public Verification(SenderResults results, Optional<Sender> sender) {
    this(results, sender, Unverified.TRUSTED);
  }

  /** Of mail that is not verified, and has no part in it. */
  public static final Verification NONE = new Verification(SenderResults.NONE, Optional.empty());

  /** Whether somebody stands for it: a signer, a server that may send, or we ourselves. */
  public boolean isVouchedFor() {
    return isTrusted() || sender.filter(Verification::isVouchedFor).isPresent();
  }

  /** Whether it is ours, so that nothing was to be verified. */
  public boolean isTrusted() {
    return sender.isEmpty() && unverified == Unverified.TRUSTED;
  }

  private static boolean isVouchedFor(Sender sender) {
    return sender.spf().result() instanceof SpfResult.Pass
        || sender.message().dkim().stream()
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
