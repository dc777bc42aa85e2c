package skypost.mail.queue;

import java.time.Instant;
import java.util.Optional;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.address.EmailAddress;

/**
 * Which entries of the queue are wanted; what is empty does not matter.
 *
 * @param domain a destination
 * @param sender the reverse-path; an empty one inside is the null sender
 * @param status what an entry waits for
 * @param recipient one of those who still wait
 * @param acceptedBefore when its message was accepted, at the latest and exclusive
 */
public record QueueFilter(
    Optional<String> domain,
    Optional<Optional<EmailAddress>> sender,
    Optional<Status> status,
    Optional<EmailAddress> recipient,
    Optional<Instant> acceptedBefore) {
  /** Everything. */
  public static final QueueFilter ALL =
      new QueueFilter(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** Whether an entry is wanted. */
  public boolean accepts(QueueEntry entry) {
    return domain.map(entry.id().destination()::equals).orElse(true)
        && sender.map(wanted -> isFrom(entry, wanted)).orElse(true)
        && status.map(entry.status()::equals).orElse(true)
        && recipient.map(wanted -> isFor(entry, wanted)).orElse(true)
        && acceptedBefore.map(entry.id().message().acceptedAt()::isBefore).orElse(true);
  }

  /**
   * Whether it asks for entries before the outcome of their first attempt, which no list of the
   * queue holds.
   */
  public boolean isAboutFirstAttempts() {
    return status.filter(of -> of == Status.QUEUED || of == Status.SENDING).isPresent();
  }

  /** The same, for messages accepted before a moment if it did not say an earlier one. */
  public QueueFilter before(Instant moment) {
    Instant earlier = acceptedBefore.filter(moment::isAfter).orElse(moment);
    return new QueueFilter(domain, sender, status, recipient, Optional.of(earlier));
  }

  private static boolean isFrom(QueueEntry entry, Optional<EmailAddress> wanted) {
    return entry.sender().map(EmailAddress::canonical).equals(wanted.map(EmailAddress::canonical));
  }

  private static boolean isFor(QueueEntry entry, EmailAddress wanted) {
    return entry.waiting().stream()
        .anyMatch(recipient -> recipient.address().canonical().equals(wanted.canonical()));
  }
}
