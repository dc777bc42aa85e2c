package skypost.mail.admin;

import java.util.Optional;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.address.EmailAddress;

/**
 * Which entries of the queue are wanted; what is empty does not matter.
 *
 * @param domain a destination
 * @param sender the reverse-path; an empty one inside is the null sender
 * @param status what an entry waits for
 */
public record QueueFilter(
    Optional<String> domain, Optional<Optional<EmailAddress>> sender, Optional<Status> status) {
  boolean accepts(QueueEntry entry) {
    return domain.map(entry.id().destination()::equals).orElse(true)
        && sender.map(wanted -> isFrom(entry, wanted)).orElse(true)
        && status.map(entry.status()::equals).orElse(true);
  }

  private static boolean isFrom(QueueEntry entry, Optional<EmailAddress> wanted) {
    return entry.sender().map(EmailAddress::canonical).equals(wanted.map(EmailAddress::canonical));
  }
}
