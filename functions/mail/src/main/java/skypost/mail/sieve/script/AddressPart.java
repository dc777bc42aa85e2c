package skypost.mail.sieve.script;

/** Which part of an address is compared (RFC 5228 section 2.7.4, RFC 5233). */
public enum AddressPart {
  ALL,
  LOCALPART,
  DOMAIN,
  /** What stands before the separator, or the whole local part. */
  USER,
  /** What stands behind the separator; nothing where there is none. */
  DETAIL
}
