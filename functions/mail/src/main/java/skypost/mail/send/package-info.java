/**
 * Sending: from an entry of the outbound queue to the next server (RFC 5321 sections 4.5.4.1, 5.1
 * and 6).
 *
 * <p>Invariants: an attempt is booked before it is made; a recipient that has an end is never tried
 * again; a recipient gets an end only by a peer's clear answer, an authoritative one of DNS, or the
 * end of the schedule, and any unknown fault is temporary; the sender is told before the queue
 * forgets; the body is freed last. Each step may be repeated. The only window for a duplicate lies
 * between a peer's 250 and our record of it.
 *
 * <p>Of time ({@code InvocationTime}): nothing is begun that could not be ended in this invocation,
 * and the end of a message is sent only while its answer can be waited for.
 *
 * <p>Of destinations, and smart hosts ({@code SendDue}): one that fails as such rests as a whole,
 * one message shows whether it is back, and then one invocation sends what waits in the order of
 * arrival. A message for one that is well costs nothing for that, and one that is put off lives no
 * longer for it.
 *
 * <p>Mail of our own is signed as it leaves ({@code SignOutgoing}), and mail of others is not.
 *
 * <p>Not here: what to accept and from whom (authorize), and the dialogue itself ({@code
 * skypost.protocol.smtp.client}).
 */
package skypost.mail.send;
