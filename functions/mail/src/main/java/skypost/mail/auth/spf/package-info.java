/**
 * Sender Policy Framework (RFC 7208): whether a client may send for the domain it names.
 *
 * <p>A record is read whole ({@link skypost.mail.auth.spf.SpfParser}) before any of it is evaluated
 * ({@link skypost.mail.auth.spf.SpfCheck}); a mistake anywhere in it is a permerror.
 */
package skypost.mail.auth.spf;
