package skypost.mail.receive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.trace.Traces;
import skypost.protocol.log.EventLog;

/**
 * Finds stored messages that no step has finished, and queue entries that nobody was woken for:
 * what a crash between two steps, or a lost event, leaves behind. Each message is looked at once,
 * at the price of one read.
 */
public final class SweepUnfinished {
  /**
   * How long an entry may be overdue before its wake-up counts as lost: longer than SQS delays any.
   */
  private static final Duration OVERDUE = Duration.ofMinutes(20);

  private static final int ENTRIES_AT_ONCE = 100;

  private final StoredMessages messages;
  private final Traces traces;
  private final OutboundQueue queue;
  private final IncomingEvents events;
  private final SweepMark mark;

  public SweepUnfinished(
      StoredMessages messages,
      Traces traces,
      OutboundQueue queue,
      IncomingEvents events,
      SweepMark mark) {
    this.messages = messages;
    this.traces = traces;
    this.queue = queue;
    this.events = events;
    this.mark = mark;
  }

  /** What a sweep found. */
  public record Found(int messages, int entries) {}

  /**
   * Sweeps once.
   *
   * @param settled messages accepted after this moment are still being dealt with and left for the
   *     next sweep
   */
  public Found sweep(Instant now, Instant settled) throws IOException {
    Found found = new Found(sweepMessages(settled), sweepEntries(now));
    if (found.messages() + found.entries() > 0) {
      EventLog.warn("sweep")
          .with("messages", found.messages())
          .with("entries", found.entries())
          .write();
    }
    return found;
  }

  private int sweepMessages(Instant settled) throws IOException {
    MessageId start = mark.read().orElse(MessageId.first(Instant.EPOCH));
    MessageId end = MessageId.first(settled);
    if (end.compareTo(start) <= 0) {
      return 0; // an earlier sweep has looked further
    }
    int repeated = 0;
    try {
      Iterator<MessageId> ids = messages.listFrom(start);
      while (ids.hasNext()) {
        MessageId id = ids.next();
        if (id.compareTo(end) >= 0) {
          break;
        }
        if (traces.receipt(id).isEmpty()) {
          events.repeat(id);
          repeated++;
        }
      }
    } catch (UncheckedIOException fault) {
      throw fault.getCause();
    }
    mark.write(end);
    return repeated;
  }

  private int sweepEntries(Instant now) throws IOException {
    int woken = 0;
    Optional<String> next = Optional.empty();
    do {
      var page = queue.waiting(ENTRIES_AT_ONCE, next);
      for (QueueEntry entry : page.items()) {
        if (entry.nextAttempt().isAfter(now.minus(OVERDUE))) {
          return woken; // they come in the order of their due times
        }
        if (entry.status() == QueueEntry.Status.DEFERRED) {
          queue.wake(EntryWake.of(entry, Optional.of(now)), now);
          woken++;
        }
      }
      next = page.next();
    } while (next.isPresent());
    return woken;
  }
}
