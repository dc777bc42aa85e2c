/**
 * An SQS endpoint in this process: standard queues with visibility timeouts, delays, long polls,
 * redrive, retention and batches, spoken to by the real SDK over its JSON protocol. Every change is
 * in a journal before it is answered, so {@code kill -9} loses nothing.
 *
 * <p>Not here: FIFO queues, tags, policies, message move tasks; signatures are not checked.
 */
package skypost.local.sqs;
