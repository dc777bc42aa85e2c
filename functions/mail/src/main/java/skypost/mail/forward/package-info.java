/**
 * The envelope sender of mail that we pass on for somebody, and the way back to the first sender.
 * Whoever forwards (an alias with a target elsewhere, a filter's redirect) asks here; what is
 * forwarded, and where to, is decided by the caller. Nothing is stored.
 *
 * <p>There is no RFC: "SRS, the Sender Rewriting Scheme" by Shevek (2004), as Mail::SRS has it.
 */
package skypost.mail.forward;
