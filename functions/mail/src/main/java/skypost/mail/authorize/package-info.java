/**
 * Who may log in, and whose mail may go where (RFC 5321 section 7.9, RFC 6409): the lesson of open
 * relays.
 */
package skypost.mail.authorize;
