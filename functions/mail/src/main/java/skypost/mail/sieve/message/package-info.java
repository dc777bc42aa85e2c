/**
 * A message as a script sees it: header fields that can be added and taken away, addresses, dates,
 * and the body, which is read only when a script asks for it and only so far that memory stays
 * bounded.
 */
package skypost.mail.sieve.message;
