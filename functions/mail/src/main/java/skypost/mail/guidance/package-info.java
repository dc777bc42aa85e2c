/**
 * What a domain's owner should publish in the DNS, and what is published: MX, SPF (RFC 7208), DKIM
 * (RFC 6376), DMARC (RFC 9989), MTA-STS (RFC 8461), TLS reporting (RFC 8460), and where programs
 * find their servers (RFC 6186, RFC 8314). Records are checked by what receivers make of them, not
 * by comparing texts.
 */
package skypost.mail.guidance;
