/**
 * The SMTP client (RFC 5321, with RFC 1870 SIZE, RFC 2920 PIPELINING, RFC 3207 STARTTLS, RFC 3461
 * DSN, RFC 6152 8BITMIME, RFC 6531 SMTPUTF8): one connection to one address, several transactions
 * over it.
 *
 * <p>Invariants: a peer's fault never throws, it becomes an outcome; what the peer did not clearly
 * say is temporary; a recipient is {@code Delivered} only by a positive reply to the end of data;
 * content is read only after 354, streamed, and an incomplete one never gets its final dot.
 * Blocking, for virtual threads.
 *
 * <p>Not here: which server to ask, in which order, and when again. That is decided in mail.
 */
package skypost.protocol.smtp.client;
