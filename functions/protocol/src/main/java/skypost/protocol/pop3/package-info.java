/**
 * POP3 as a server speaks it: grammar, session and connection (RFC 1939), with CAPA and response
 * codes (RFC 2449), STLS (RFC 2595), AUTH (RFC 5034), the codes of RFC 3206, UTF8 and LANG (RFC
 * 6856).
 *
 * <p>Invariants: the steps of {@link skypost.protocol.pop3.Pop3Session} are pure, and {@link
 * skypost.protocol.pop3.Pop3Connection} alone does input and output; a message is removed only when
 * QUIT was said in the transaction state; a reply either is complete or the connection breaks, so
 * that a client never takes half a message for a whole one; memory per connection does not grow
 * with the size of a message.
 *
 * <p>Wire format only: who may log in, where messages lie and who holds a maildrop is behind the
 * ports {@link skypost.protocol.pop3.Pop3Logins} and {@link skypost.protocol.pop3.Maildrop}. APOP
 * is not here: it needs passwords kept in clear.
 */
package skypost.protocol.pop3;
