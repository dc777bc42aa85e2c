package skypost.mail.receive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import skypost.mail.directory.Page;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.trace.Traces;
import skypost.protocol.log.EventLog;

/**
 * Finds stored messages that no step has finished, and queue entries that nobody was woken for:
 * what a crash between two steps, or a lost event, leaves behind. Each message is looked at once,
 * at the price of part of a read. What a sweep has no time for, the next one goes on with.
 */
public final class SweepUnfinished {
  /**
   * How long an entry may be overdue before its wake-up counts as lost: longer than SQS delays any.
   */
  private static final Duration OVERDUE = Duration.ofMinutes(20);

  private static final int ENTRIES_AT_ONCE = 100;

  /** As many as S3 lists at once, and then ten questions for receipts. */
  private static final int MESSAGES_AT_ONCE = 1000;

  private final Ports ports;
  private final Clock clock;

  /** What it works on. */
  public record Ports(
      StoredMessages messages,
      Traces traces,
      OutboundQueue queue,
      IncomingEvents events,
      SweepMark mark) {}

  public SweepUnfinished(Ports ports, Clock clock) {
    this.ports = ports;
    this.clock = clock;
  }

  /** What a sweep found. */
  public record Found(int messages, int entries) {}

  /**
   * Until when a sweep begins another bunch of each.
   *
   * @param entries of the outbound queue, which come first
   * @param messages that were stored
   */
  public record Time(Instant entries, Instant messages) {}

  /**
   * Sweeps once.
   *
   * @param settled messages accepted after this moment are still being dealt with and left for the
   *     next sweep
   * @throws IOException when either could not be looked at; the other was
   */
  public Found sweep(Instant settled, Time time) throws IOException {
    int messages = 0;
    int entries = 0;
    try {
      entries = sweepEntries(time.entries());
    } finally {
      messages = sweepMessages(settled, time.messages());
    }
    if (messages + entries > 0) {
      EventLog.warn("sweep").with("messages", messages).with("entries", entries).write();
    }
    return new Found(messages, entries);
  }

  private int sweepMessages(Instant settled, Instant until) throws IOException {
    MessageId start = ports.mark().read().orElse(MessageId.first(Instant.EPOCH));
    MessageId end = MessageId.first(settled);
    if (end.compareTo(start) <= 0) {
      return 0; // an earlier sweep has looked further
    }
    int repeated = 0;
    MessageId reached = start;
    try {
      Iterator<MessageId> ids = ports.messages().listFrom(start);
      while (reached.compareTo(end) < 0) {
        List<MessageId> some = next(ids, end);
        repeated += repeatUnfinished(some);
        reached = some.size() < MESSAGES_AT_ONCE ? end : some.getLast();
        if (!clock.instant().isBefore(until)) {
          break;
        }
      }
    } catch (UncheckedIOException fault) {
      throw fault.getCause();
    } finally {
      if (reached.compareTo(start) > 0) {
        ports.mark().write(reached);
      }
    }
    if (reached.compareTo(end) < 0) {
      EventLog.warn("sweep-behind").with("reached", reached.acceptedAt()).write();
    }
    return repeated;
  }

  private static List<MessageId> next(Iterator<MessageId> ids, MessageId end) {
    List<MessageId> some = new ArrayList<>();
    while (some.size() < MESSAGES_AT_ONCE && ids.hasNext()) {
      MessageId id = ids.next();
      if (id.compareTo(end) >= 0) {
        break;
      }
      some.add(id);
    }
    return some;
  }

  private int repeatUnfinished(List<MessageId> ids) throws IOException {
    List<Callable<List<MessageId>>> questions = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += Traces.MOST_AT_ONCE) {
      List<MessageId> some = ids.subList(from, Math.min(ids.size(), from + Traces.MOST_AT_ONCE));
      questions.add(() -> ports.traces().withoutReceipt(some));
    }
    List<MessageId> unfinished = AtOnce.all(questions).stream().flatMap(List::stream).toList();
    List<Callable<Void>> repetitions = new ArrayList<>();
    for (MessageId id : unfinished) {
      repetitions.add(() -> {
        ports.events().repeat(id);
        return null;
      });
    }
    AtOnce.all(repetitions);
    return unfinished.size();
  }

  private int sweepEntries(Instant until) throws IOException {
    int woken = 0;
    Optional<String> next = Optional.empty();
    do {
      Instant now = clock.instant();
      if (!now.isBefore(until)) {
        break; // those woken so far make place: the next sweep begins with others
      }
      Page<QueueEntry> page = ports.queue().waiting(ENTRIES_AT_ONCE, next);
      List<Callable<Void>> wakes = new ArrayList<>();
      next = page.next();
      for (QueueEntry entry : page.items()) {
        boolean isOverdue = !entry.nextAttempt().isAfter(now.minus(OVERDUE));
        if (isOverdue && entry.status() != Status.HELD) { // booking is conditional: no harm done
          wakes.add(() -> {
            ports.queue().wake(EntryWake.of(entry, Optional.of(now)), now);
            return null;
          });
        } else if (!isOverdue && entry.status() != Status.SENDING) {
          next = Optional.empty(); // the rest is due later still
          break;
        } // one that is being sent lies where it was due, and is overdue when it counts as lost
      }
      AtOnce.all(wakes);
      woken += wakes.size();
    } while (next.isPresent());
    return woken;
  }
}
