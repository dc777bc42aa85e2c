/**
 * Reports that mail servers send each other's domains: what DMARC made of mail in a domain's name
 * (RFC 9990, and RFC 7489 section 7.2 before it), and how secure connections to its servers were
 * (RFC 8460). Those that come in are read and kept as counts, ours are written and sent.
 */
package skypost.mail.report;
