package skypost.mail.auth.dmarc;

/** What came of DMARC (RFC 9989 section 9, the registry of RFC 8601). */
public enum DmarcResult {
  /** An aligned pass. */
  PASS,
  /** None. */
  FAIL,
  /** No policy, or no author's domain. */
  NONE,
  /** It cannot be told now. */
  TEMPERROR,
  /** The record makes no sense. */
  PERMERROR
}
