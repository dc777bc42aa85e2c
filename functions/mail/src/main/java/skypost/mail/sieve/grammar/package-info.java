/**
 * Sieve's grammar (RFC 5228 section 8): tokens, and commands and tests as they are written. What a
 * command means, and whether there is such a one, is known in {@code compile}.
 */
package skypost.mail.sieve.grammar;
