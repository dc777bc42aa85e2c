/**
 * Filters of users in Sieve (RFC 5228). {@code grammar} reads scripts, {@code compile} understands
 * them and tells all that is wrong with line and column, {@code script} is what they are then,
 * {@code run} runs them over a {@code message}, {@code match} compares. Why there is an engine of
 * our own, and how it is bounded: infrastructure/docs/decisions/sieve.md.
 *
 * <p>Nothing here files, sends or stores: a run is a pure function, and its result is done by who
 * asked for it.
 */
package skypost.mail.sieve;
