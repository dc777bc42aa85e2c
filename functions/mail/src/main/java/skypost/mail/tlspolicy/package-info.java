/**
 * What a destination has published about TLS, and what follows for a hop: MTA-STS (RFC 8461), DANE
 * (RFC 7672) and the sender's own wish (RFC 8689). What came of it is counted for TLS reports (RFC
 * 8460).
 *
 * <p>Invariants: what a destination has not published costs it no mail; a policy once seen is kept
 * for its time, so that nobody can take it away by silencing DNS or HTTPS; a demand that is not met
 * is temporary, because it may be an attack as well as a slip.
 *
 * <p>Not here: the handshake itself ({@code skypost.protocol.smtp.client}).
 */
package skypost.mail.tlspolicy;
