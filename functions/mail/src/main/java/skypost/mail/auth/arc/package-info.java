/**
 * Authenticated Received Chain (RFC 8617), verifying: what those who passed a message on vouch for.
 *
 * <p>A chain that passes says who passed the message on, not that they are to be trusted.
 */
package skypost.mail.auth.arc;
