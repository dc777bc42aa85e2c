package skypost.mail.memory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import skypost.mail.directory.Page;
import skypost.mail.message.MessageId;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;

/**
 * An {@link OutboundQueue} in memory. Thread safe.
 *
 * <p>What SQS does in the cloud is the listener's: it is told each wake, never later than SQS's
 * longest delay from now, so an entry that is due tomorrow is woken early and often, as there.
 */
public final class InMemoryOutboundQueue implements OutboundQueue {
  /** The longest delay of an SQS message. */
  public static final Duration LONGEST_DELAY = Duration.ofSeconds(900);

  private final NavigableMap<String, QueueEntry> entries = new TreeMap<>();

  /** Where entries that wait are listed; booking an attempt leaves them there. */
  private final Map<String, Instant> listed = new HashMap<>();

  private final Clock clock;
  private final Consumer<Wake> wakes;
  private final Consumer<DestinationWake> destinationWakes;

  /**
   * That SendFunction be woken.
   *
   * @param what it is told
   * @param at when
   */
  public record Wake(EntryWake what, Instant at) {
    /** For which entry. */
    public EntryId id() {
      return what.entry();
    }
  }

  /**
   * That SendFunction be woken.
   *
   * @param destination for what waits for it
   * @param at when
   * @param due when it is to be sent to, as the wake says
   */
  public record DestinationWake(String destination, Instant at, Instant due) {}

  /** A queue where nobody hears of destinations. */
  public InMemoryOutboundQueue(Clock clock, Consumer<Wake> wakes) {
    this(clock, wakes, wake -> {});
  }

  /**
   * @param clock tells how far off a wake is
   * @param wakes is told each wake of an entry; called outside the lock, on the caller's thread
   * @param destinationWakes is told each wake of a destination
   */
  public InMemoryOutboundQueue(
      Clock clock, Consumer<Wake> wakes, Consumer<DestinationWake> destinationWakes) {
    this.clock = clock;
    this.wakes = wakes;
    this.destinationWakes = destinationWakes;
  }

  @Override
  public void enqueue(List<QueueEntry> fresh) {
    List<QueueEntry> present = new ArrayList<>();
    synchronized (this) {
      for (QueueEntry entry : fresh) {
        QueueEntry before = entries.get(entry.id().toString());
        if (before == null) {
          put(entry);
        }
        present.add(before == null ? entry : before);
      }
    }
    present.forEach(this::wakeIfWaiting);
  }

  @Override
  public Booking book(EntryId id, Instant now, Instant lostAt) {
    return book(id, now, lostAt, false);
  }

  @Override
  public Booking bookEarly(EntryId id, Instant now, Instant lostAt) {
    return book(id, now, lostAt, true);
  }

  private synchronized Booking book(EntryId id, Instant now, Instant lostAt, boolean early) {
    QueueEntry entry = entries.get(id.toString());
    if (entry == null || entry.status() == Status.DONE || entry.status() == Status.HELD) {
      return new Booking.NothingToDo();
    }
    if (entry.nextAttempt().isAfter(now) && !(early && entry.status() != Status.SENDING)) {
      return new Booking.NotDue(entry.nextAttempt()); // due later; or being sent, and not lost yet
    }
    QueueEntry booked = entry.booked(lostAt);
    entries.put(id.toString(), booked);
    return new Booking.Booked(booked);
  }

  @Override
  public PuttingOff putOff(EntryId id, String waitsFor, Instant now, Instant until) {
    QueueEntry waiting;
    synchronized (this) {
      QueueEntry entry = entries.get(id.toString());
      if (entry == null || entry.status() == Status.DONE || entry.status() == Status.HELD) {
        return new Booking.NothingToDo();
      }
      if (entry.nextAttempt().isAfter(now)) {
        return new Booking.NotDue(entry.nextAttempt());
      }
      waiting = entry.withStatus(Status.DEFERRED, until).waitingFor(waitsFor);
      put(waiting);
    }
    wakeIfWaiting(waiting);
    return new PuttingOff.Waits(waiting);
  }

  @Override
  public boolean finish(QueueEntry entry) {
    synchronized (this) {
      QueueEntry present = entries.get(entry.id().toString());
      if (present == null
          || present.status() != Status.SENDING
          || present.attemptsMade() != entry.attemptsMade()) {
        return false;
      }
      put(entry);
    }
    wakeIfWaiting(entry);
    return true;
  }

  @Override
  public void wake(EntryWake wake, Instant now) {
    Instant due = wake.due().orElse(now);
    Instant latest = now.plus(LONGEST_DELAY);
    Instant at = due.isAfter(latest) ? latest : due;
    wakes.accept(new Wake(wake, at.isBefore(now) ? now : at));
  }

  @Override
  public void wakeDestination(String destination, Instant now, Instant due) {
    Instant latest = now.plus(LONGEST_DELAY);
    Instant at = due.isAfter(latest) ? latest : due;
    destinationWakes.accept(new DestinationWake(destination, at.isBefore(now) ? now : at, due));
  }

  @Override
  public synchronized List<EntryId> waitingFor(
      String destination, int limit, Optional<EntryId> after) {
    return entries.values().stream() // a message's id begins with its time
        .filter(entry -> isDeferredFor(destination, entry))
        .map(QueueEntry::id)
        .filter(id -> after.isEmpty() || id.toString().compareTo(after.get().toString()) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized Count countWaitingFor(String destination) {
    long count =
        entries.values().stream().filter(entry -> isDeferredFor(destination, entry)).count();
    return new Count((int) count, true);
  }

  private static boolean isDeferredFor(String destination, QueueEntry entry) {
    return entry.status() == Status.DEFERRED && entry.waitsFor().equals(destination);
  }

  @Override
  public synchronized List<QueueEntry> entries(MessageId message) {
    String all = message + "~";
    return List.copyOf(entries.subMap(all, all + Character.MAX_VALUE).values());
  }

  @Override
  public synchronized Page<QueueEntry> waiting(int limit, Optional<String> next) {
    List<QueueEntry> rest =
        entries.values().stream()
            .filter(entry -> listed.containsKey(entry.id().toString()))
            .filter(entry -> next.isEmpty() || cursor(entry).compareTo(next.get()) > 0)
            .sorted(Comparator.comparing(this::cursor))
            .toList();
    if (rest.size() <= limit) {
      return new Page<>(rest, Optional.empty());
    }
    List<QueueEntry> items = rest.subList(0, limit);
    return new Page<>(items, Optional.of(cursor(items.getLast())));
  }

  @Override
  public boolean replace(QueueEntry seen, QueueEntry wanted) {
    synchronized (this) {
      if (!seen.equals(entries.get(seen.id().toString()))) {
        return false;
      }
      put(wanted);
    }
    wakeIfWaiting(wanted);
    return true;
  }

  private void put(QueueEntry entry) {
    String key = entry.id().toString();
    entries.put(key, entry);
    switch (entry.status()) {
      case DEFERRED, HELD -> listed.put(key, entry.nextAttempt());
      case QUEUED, SENDING, DONE -> listed.remove(key);
    }
  }

  /** A place in the list of waiting entries; as text it sorts by due time. */
  private String cursor(QueueEntry entry) {
    String key = entry.id().toString();
    return String.format("%013d~%s", listed.get(key).toEpochMilli(), key);
  }

  private void wakeIfWaiting(QueueEntry entry) {
    if (entry.status() == Status.QUEUED || entry.status() == Status.DEFERRED) {
      wake(EntryWake.of(entry, Optional.of(entry.nextAttempt())), clock.instant());
    }
  }
}
