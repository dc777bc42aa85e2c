/**
 * Bounces: delivery status notifications of failures (RFC 3461, RFC 3464, RFC 6522, RFC 6533).
 *
 * <p>Invariants: a bounce has a null sender, goes to the reverse-path and to nobody else, and is
 * never made for a message that itself has a null sender (RFC 5321 section 6.1); it is 7-bit,
 * whatever the message was. Here is no decision about what is a failure: callers bring the
 * recipients and the replies.
 */
package skypost.mail.bounce;
