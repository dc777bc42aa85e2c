package skypost.mail.auth.dmarc;

/**
 * A result, and what it is about.
 *
 * @param result what came of it
 * @param domain the author's, canonical; empty where there is none
 * @param policyDomain where the record was found; empty where there is none
 * @param policy what applies to the author's domain, after sp and np and before t
 * @param disposition what the domain wants done with this message, after t (RFC 9989 section 4.7)
 * @param dkimAligned whether a signature passed that is aligned with the author's domain
 * @param spfAligned whether a sender passed that is
 * @param reason for people; may be empty
 */
public record DmarcVerdict(
    DmarcResult result,
    String domain,
    String policyDomain,
    Policy policy,
    Policy disposition,
    boolean dkimAligned,
    boolean spfAligned,
    String reason) {

  static DmarcVerdict without(DmarcResult result, String domain, String reason) {
    return new DmarcVerdict(result, domain, "", Policy.NONE, Policy.NONE, false, false, reason);
  }
}
