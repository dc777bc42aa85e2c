package skypost.mail.queue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * An entry of the outbound queue.
 *
 * @param id its id
 * @param mail what leaves; it stays as it is
 * @param turn whose turn it is, and when
 * @param recipients all of them, with what became of each
 * @param attempts the latest delivery attempts, oldest first, at most {@value #MAX_ATTEMPTS_KEPT}
 * @param byHand what an administrator has done to it
 */
public record QueueEntry(
    EntryId id,
    Mail mail,
    Turn turn,
    List<QueuedRecipient> recipients,
    List<Attempt> attempts,
    ByHand byHand) {
  /** Attempts an entry remembers. */
  public static final int MAX_ATTEMPTS_KEPT = 30;

  public QueueEntry {
    recipients = List.copyOf(recipients);
    attempts =
        List.copyOf(
            attempts.subList(Math.max(0, attempts.size() - MAX_ATTEMPTS_KEPT), attempts.size()));
  }

  /**
   * What leaves.
   *
   * @param sender the reverse-path; empty: never bounced
   * @param size octets of the message as it leaves
   * @param shared whether others hold the same body
   * @param results what the next server is told of the sender, as {@link
   *     skypost.mail.message.SenderResults} packs it; may be empty
   */
  public record Mail(Optional<EmailAddress> sender, long size, boolean shared, String results) {}

  /**
   * What happens next.
   *
   * @param status what it waits for
   * @param nextAttempt when it is due; while {@code SENDING}, when that attempt counts as lost
   * @param attemptsMade delivery attempts booked so far
   * @param waitsFor whom it waits for while it is deferred: its destination, or the smart host that
   *     its mail goes through (see {@link Destination})
   */
  public record Turn(Status status, Instant nextAttempt, int attemptsMade, String waitsFor) {}

  public Optional<EmailAddress> sender() {
    return mail.sender();
  }

  public long size() {
    return mail.size();
  }

  public boolean shared() {
    return mail.shared();
  }

  public String results() {
    return mail.results();
  }

  public Status status() {
    return turn.status();
  }

  public Instant nextAttempt() {
    return turn.nextAttempt();
  }

  public int attemptsMade() {
    return turn.attemptsMade();
  }

  public String waitsFor() {
    return turn.waitsFor();
  }

  /** What an entry waits for. */
  public enum Status {
    /** Its first attempt. */
    QUEUED,
    /** The outcome of an attempt that is being made. */
    SENDING,
    /** Another attempt. */
    DEFERRED,
    /** The administrator's release. */
    HELD,
    /** Nothing: every recipient has an end. */
    DONE
  }

  /**
   * A recipient.
   *
   * @param address where to
   * @param parameters ESMTP parameters of its RCPT TO
   * @param end what became of it, empty while it waits
   */
  public record QueuedRecipient(
      EmailAddress address, Map<String, String> parameters, Optional<End> end) {
    public QueuedRecipient {
      parameters = Map.copyOf(parameters);
    }

    public QueuedRecipient ended(End how) {
      return new QueuedRecipient(address, parameters, Optional.of(how));
    }
  }

  /** How a recipient ended. */
  public sealed interface End {
    /** The next server has taken responsibility. */
    record Sent(SmtpReply reply) implements End {}

    /** It will never be delivered; the sender was told, where there is one. */
    record Bounced(SmtpReply reply) implements End {}

    /** The administrator took it out. */
    record Removed() implements End {}
  }

  /**
   * A delivery attempt.
   *
   * @param at when it began
   * @param server the last server that was spoken to, {@code host[address]:port}; empty when none
   *     was reached
   * @param tls protocol and cipher suite; empty when in the clear
   * @param reply the reply that decided, ours where the peer gave none
   */
  public record Attempt(Instant at, String server, String tls, SmtpReply reply) {}

  /** A new entry, due as soon as its message was accepted. */
  public static QueueEntry first(
      EntryId id, Optional<EmailAddress> sender, long size, List<QueuedRecipient> recipients) {
    Instant due = id.message().acceptedAt();
    return new QueueEntry(
        id,
        new Mail(sender, size, false, ""),
        new Turn(Status.QUEUED, due, 0, id.destination()),
        recipients,
        List.of(),
        ByHand.NOTHING);
  }

  private QueueEntry with(Mail other) {
    return new QueueEntry(id, other, turn, recipients, attempts, byHand);
  }

  private QueueEntry with(Turn other) {
    return new QueueEntry(id, mail, other, recipients, attempts, byHand);
  }

  public QueueEntry withShared(boolean others) {
    return with(new Mail(mail.sender(), mail.size(), others, mail.results()));
  }

  /** With what the next server is told of the sender. */
  public QueueEntry withResults(String packed) {
    return with(new Mail(mail.sender(), mail.size(), mail.shared(), packed));
  }

  /** The same, waiting for something else. */
  public QueueEntry withStatus(Status other, Instant due) {
    return with(new Turn(other, due, turn.attemptsMade(), turn.waitsFor()));
  }

  /** With another attempt booked, which counts as lost from {@code lostAt} on. */
  public QueueEntry booked(Instant lostAt) {
    return with(new Turn(Status.SENDING, lostAt, turn.attemptsMade() + 1, turn.waitsFor()));
  }

  /** The same, waiting for somebody else. */
  public QueueEntry waitingFor(String other) {
    return with(new Turn(turn.status(), turn.nextAttempt(), turn.attemptsMade(), other));
  }

  public QueueEntry withRecipients(List<QueuedRecipient> others) {
    return new QueueEntry(id, mail, turn, others, attempts, byHand);
  }

  /** With the outcome of an attempt; of too many the oldest is forgotten. */
  public QueueEntry withAttempt(Attempt latest) {
    List<Attempt> all = new ArrayList<>(attempts);
    all.add(latest);
    return new QueueEntry(id, mail, turn, recipients, all, byHand);
  }

  /** With what an administrator has done to it. */
  public QueueEntry withByHand(ByHand other) {
    return new QueueEntry(id, mail, turn, recipients, attempts, other);
  }

  /** The recipients that still wait. */
  public List<QueuedRecipient> waiting() {
    return recipients.stream().filter(recipient -> recipient.end().isEmpty()).toList();
  }
}
