/**
 * DNS for mail: which servers take a domain's mail (RFC 5321 section 5.1, RFC 7505), and what
 * message authentication asks for ({@link skypost.mail.dns.Lookups}).
 *
 * <p>Invariant: only an authoritative "no" is permanent; a server that fails, is silent or makes no
 * sense is temporary. Answers are kept for their time to live in a warm function. dnsjava's types
 * stay in here, but for the resolver.
 */
package skypost.mail.dns;
