/**
 * What is done with mail from outside because of who sent it: which mail is verified, what its
 * readers are told (RFC 8601), and what lies in Junk or is refused (RFC 9989 section 7).
 *
 * <p>Invariant: what cannot be told now harms nobody. A temperror neither refuses nor files to
 * Junk. But what there was no time for is no temperror: whoever uses the time up gains nothing.
 *
 * <p>Not in here: the verifying itself, which is {@code skypost.mail.auth}.
 */
package skypost.mail.verify;
