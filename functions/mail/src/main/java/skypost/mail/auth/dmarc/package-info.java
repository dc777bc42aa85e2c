/**
 * DMARC (RFC 9989, and the records of RFC 7489): whether a message is from whom it says, and what
 * the domain wants done where it is not.
 *
 * <p>Invariant: only an aligned pass of SPF or DKIM makes a pass; while an aligned one cannot be
 * told, the result is a temperror and not a fail.
 */
package skypost.mail.auth.dmarc;
