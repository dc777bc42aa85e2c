package skypost.mail.queue;

import java.time.Instant;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * What SendFunction is told when it is woken for an entry: as much as it needs to put the entry off
 * without a look at it.
 *
 * @param entry which one
 * @param from the domain of its sender, on which its smart host may depend; {@code ""} for the null
 *     sender; empty: nobody said
 * @param due when it is due; empty: it has just been queued
 */
public record EntryWake(EntryId entry, Optional<String> from, Optional<Instant> due) {
  /** For an entry as it is. */
  public static EntryWake of(QueueEntry entry, Optional<Instant> due) {
    return new EntryWake(
        entry.id(), Optional.of(entry.sender().map(EmailAddress::domain).orElse("")), due);
  }

  /** The same, for another time. */
  public EntryWake dueAt(Instant at) {
    return new EntryWake(entry, from, Optional.of(at));
  }
}
