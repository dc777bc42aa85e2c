package skypost.mail.admin;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * What became of a message.
 *
 * @param id the message
 * @param envelope as it came in
 * @param size octets of the raw message
 * @param subject the decoded Subject; empty until ReceiveFunction has read it
 * @param state of the message as a whole
 * @param timeline what happened, in order
 */
public record MessageTrace(
    MessageId id,
    Envelope envelope,
    long size,
    Optional<String> subject,
    State state,
    List<Event> timeline) {
  public MessageTrace {
    timeline = List.copyOf(timeline);
  }

  /**
   * The state of a message is the first of these that one of its recipients is in: what needs
   * attention comes first.
   */
  public enum State {
    /** Stored, and on its way to ReceiveFunction. */
    ACCEPTED,
    /** A recipient waits for the administrator's release. */
    HELD,
    /** A recipient waits for another attempt. */
    DEFERRED,
    /** A recipient waits for its first attempt, or for an attempt's outcome. */
    QUEUED,
    /** A recipient failed, and the sender was told. */
    BOUNCED,
    /** A recipient failed, and there is nobody to tell. */
    FAILED,
    /** It was refused in the dialogue, and is none of ours. */
    REFUSED,
    /** The administrator took a recipient out. */
    REMOVED,
    /** Every recipient has it: a mailbox here, or the next server. */
    DELIVERED;

    /** As the API says it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State ofAll(Set<State> states) {
      return states.stream().sorted().findFirst().orElse(QUEUED);
    }
  }

  /**
   * One thing that happened.
   *
   * @param at when
   * @param event what: accepted, verified, delivered, queued, attempt, deferred, held, released,
   *     retried, rerouted, bounced, failed, removed; refused alone
   * @param recipient to whom
   * @param folder where it was filed
   * @param uid under which number
   * @param entry the entry of the queue
   * @param server who was spoken to
   * @param tls protocol and cipher suite
   * @param reply what was answered
   * @param nextAttempt when it is tried again
   * @param by which administrator did it
   * @param detail what more there is to say of it: the server of a reroute, what was found out
   *     about the sender, why it lies in Junk
   */
  public record Event(
      Instant at,
      String event,
      Optional<EmailAddress> recipient,
      Optional<String> folder,
      Optional<Long> uid,
      Optional<String> entry,
      Optional<String> server,
      Optional<String> tls,
      Optional<SmtpReply> reply,
      Optional<Instant> nextAttempt,
      Optional<String> by,
      Optional<String> detail) {}
}
