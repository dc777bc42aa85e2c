/**
 * SMTP (RFC 5321): grammar, server session, replies. Wire format and order of commands only; who
 * may log in and relay is asked of the caller.
 */
package skypost.protocol.smtp;
