/**
 * The SMTP front: the only part that is always on. It speaks SMTP, asks AuthorizeFunction, and puts
 * what it accepts; it decides nothing itself. RFC 5321, RFC 6409, RFC 8314.
 */
package skypost.smtp;
