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
 * @param sender the reverse-path; empty: never bounced
 * @param size octets of the message as it leaves
 * @param shared whether others hold the same body
 * @param status what it waits for
 * @param nextAttempt when it is due; while {@code SENDING}, when that attempt counts as lost
 * @param attemptsMade delivery attempts booked so far
 * @param recipients all of them, with what became of each
 * @param attempts the latest delivery attempts, oldest first, at most {@value #MAX_ATTEMPTS_KEPT}
 * @param byHand what an administrator has done to it
 * @param waitsFor whom it waits for while it is deferred: its destination, or the smart host that
 *     its mail goes through (see {@link Destination})
 * @param results what the next server is told of the sender, as {@link
 *     skypost.mail.message.SenderResults} packs it; may be empty
 */
public record QueueEntry(
    EntryId id,
    Optional<EmailAddress> sender,
    long size,
    boolean shared,
    Status status,
    Instant nextAttempt,
    int attemptsMade,
    List<QueuedRecipient> recipients,
    List<Attempt> attempts,
    ByHand byHand,
    String waitsFor,
    String results) {
  /** Attempts an entry remembers. */
  public static final int MAX_ATTEMPTS_KEPT = 30;

  public QueueEntry {
    recipients = List.copyOf(recipients);
    attempts =
        List.copyOf(
            attempts.subList(Math.max(0, attempts.size() - MAX_ATTEMPTS_KEPT), attempts.size()));
  }

  /** An entry that waits for its destination itself. */
  public QueueEntry(
      EntryId id,
      Optional<EmailAddress> sender,
      long size,
      boolean shared,
      Status status,
      Instant nextAttempt,
      int attemptsMade,
      List<QueuedRecipient> recipients,
      List<Attempt> attempts,
      ByHand byHand) {
    this(
        id,
        sender,
        size,
        shared,
        status,
        nextAttempt,
        attemptsMade,
        recipients,
        attempts,
        byHand,
        id.destination(),
        "");
  }

  /** An entry that nobody has stepped into. */
  public QueueEntry(
      EntryId id,
      Optional<EmailAddress> sender,
      long size,
      boolean shared,
      Status status,
      Instant nextAttempt,
      int attemptsMade,
      List<QueuedRecipient> recipients,
      List<Attempt> attempts) {
    this(
        id,
        sender,
        size,
        shared,
        status,
        nextAttempt,
        attemptsMade,
        recipients,
        attempts,
        ByHand.NOTHING);
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
    return new QueueEntry(id, sender, size, false, Status.QUEUED, due, 0, recipients, List.of());
  }

  public QueueEntry withShared(boolean others) {
    return new QueueEntry(
        id,
        sender,
        size,
        others,
        status,
        nextAttempt,
        attemptsMade,
        recipients,
        attempts,
        byHand,
        waitsFor,
        results);
  }

  /** With what the next server is told of the sender. */
  public QueueEntry withResults(String packed) {
    return new QueueEntry(
        id,
        sender,
        size,
        shared,
        status,
        nextAttempt,
        attemptsMade,
        recipients,
        attempts,
        byHand,
        waitsFor,
        packed);
  }

  /** The same, waiting for something else. */
  public QueueEntry withStatus(Status other, Instant due) {
    return new QueueEntry(
        id,
        sender,
        size,
        shared,
        other,
        due,
        attemptsMade,
        recipients,
        attempts,
        byHand,
        waitsFor,
        results);
  }

  /** With another attempt booked, which counts as lost from {@code lostAt} on. */
  public QueueEntry booked(Instant lostAt) {
    return new QueueEntry(
        id,
        sender,
        size,
        shared,
        Status.SENDING,
        lostAt,
        attemptsMade + 1,
        recipients,
        attempts,
        byHand,
        waitsFor,
        results);
  }

  public QueueEntry withRecipients(List<QueuedRecipient> others) {
    return new QueueEntry(
        id,
        sender,
        size,
        shared,
        status,
        nextAttempt,
        attemptsMade,
        others,
        attempts,
        byHand,
        waitsFor,
        results);
  }

  /** With the outcome of an attempt; of too many the oldest is forgotten. */
  public QueueEntry withAttempt(Attempt latest) {
    List<Attempt> all = new ArrayList<>(attempts);
    all.add(latest);
    return new QueueEntry(
        id,
        sender,
        size,
        shared,
        status,
        nextAttempt,
        attemptsMade,
        recipients,
        all,
        byHand,
        waitsFor,
        results);
  }

  /** With what an administrator has done to it. */
  public QueueEntry withByHand(ByHand other) {
    return new QueueEntry(
        id,
        sender,
        size,
        shared,
        status,
        nextAttempt,
        attemptsMade,
        recipients,
        attempts,
        other,
        waitsFor,
        results);
  }

  /** The same, waiting for somebody else. */
  public QueueEntry waitingFor(String other) {
    return new QueueEntry(
        id,
        sender,
        size,
        shared,
        status,
        nextAttempt,
        attemptsMade,
        recipients,
        attempts,
        byHand,
        other,
        results);
  }

  /** The recipients that still wait. */
  public List<QueuedRecipient> waiting() {
    return recipients.stream().filter(recipient -> recipient.end().isEmpty()).toList();
  }
}
