/**
 * The outbound queue: which recipients of which message wait for which destination, when they are
 * tried, and what came of it.
 *
 * <p>The schedule lives in the entry ({@code nextAttempt}); the queue service only wakes
 * SendFunction up.
 */
package skypost.mail.queue;
