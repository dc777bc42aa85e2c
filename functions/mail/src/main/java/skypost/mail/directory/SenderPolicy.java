package skypost.mail.directory;

import java.util.List;

/**
 * What a domain wants done with mail from outside whose sender is not who it says. It lies in Junk,
 * or is refused before it is accepted; for a relay domain, which has no folders, it is marked and
 * passed on.
 *
 * @param dmarcReject mail that fails a policy of {@code reject} of the author's domain
 * @param spoofed mail whose author is in a domain of ours, and that proves nothing of it
 * @param exemptions mail that is taken as it is, whatever it fails
 */
public record SenderPolicy(
    DmarcReject dmarcReject, Spoofed spoofed, List<SenderExemption> exemptions) {
  /** Everything suspect goes to Junk, nothing is refused. */
  public static final SenderPolicy DEFAULT =
      new SenderPolicy(DmarcReject.JUNK, Spoofed.JUNK, List.of());

  /** Exemptions of one domain: they are read with every message. */
  public static final int MAX_EXEMPTIONS = 100;

  /** RFC 9989 section 7.4: a receiver may choose not to refuse. */
  public enum DmarcReject {
    JUNK,
    REFUSE
  }

  /** What becomes of mail that only says that it is from one of our domains. */
  public enum Spoofed {
    /** What DMARC makes of it. */
    ACCEPT,
    JUNK,
    REFUSE
  }

  public SenderPolicy {
    exemptions = List.copyOf(exemptions);
  }

  /** Whether some mail is refused: then a front must have every message checked. */
  public boolean refuses() {
    return dmarcReject == DmarcReject.REFUSE || spoofed == Spoofed.REFUSE;
  }
}
