/**
 * Mail addresses and domains as they stand on the wire (RFC 5321 section 4.1.2, RFC 6531 section
 * 3.3).
 *
 * <p>Grammar only: whether a mailbox exists, or who may write as whom, is decided in {@code
 * skypost.mail}.
 */
package skypost.protocol.address;
