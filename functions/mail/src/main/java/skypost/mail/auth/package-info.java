/**
 * Who sent a message: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 9989) and ARC (RFC 8617), and how
 * it is told (RFC 8601).
 *
 * <p>Everything in here is a function of what was received, the time and the DNS ({@link
 * skypost.mail.dns.Lookups}). Invariant: a question that the DNS does not answer never makes a
 * pass.
 *
 * <p>Not in here: what is done with a verdict, signing, keys and reports.
 */
package skypost.mail.auth;
