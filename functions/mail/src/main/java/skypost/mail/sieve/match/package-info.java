/**
 * How strings are compared: comparators (RFC 4790), wildcards, relations (RFC 5231) and regular
 * expressions, each within a {@link skypost.mail.sieve.match.Budget}. Nothing here knows of scripts
 * or messages.
 */
package skypost.mail.sieve.match;
