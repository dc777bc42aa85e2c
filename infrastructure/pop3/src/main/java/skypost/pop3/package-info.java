/**
 * The POP3 container: serves INBOX of a mailbox by POP3 on port 110 (with STLS) and by TLS on port
 * 995 (RFC 8314).
 *
 * <p>It asks AuthorizeFunction for logins and never sees a password hash; it reads and removes
 * messages of mailboxes, and frees bodies that nobody needs any more. What POP3 says on the wire is
 * decided in {@code skypost.protocol.pop3}.
 */
package skypost.pop3;
