/**
 * A message on its way: its id, its envelope and the stored raw bytes (RFC 5321 section 2.3.1).
 *
 * <p>Raw bytes are never changed after they are stored. What happens to a message is decided
 * elsewhere.
 */
package skypost.mail.message;
