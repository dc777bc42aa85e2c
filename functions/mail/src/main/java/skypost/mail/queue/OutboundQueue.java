package skypost.mail.queue;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.message.MessageId;

/**
 * The outbound queue. Changes are conditional writes on what the caller has seen, so of two that
 * act at once one wins and the other is told. Every method throws {@link IOException} when the
 * outcome is not known.
 */
public interface OutboundQueue {
  /**
   * Keeps entries that are not there yet and wakes SendFunction for each that still waits. May be
   * repeated.
   */
  void enqueue(List<QueueEntry> entries) throws IOException;

  /**
   * Books an attempt before it is made.
   *
   * @param lostAt from when on an attempt without outcome counts as lost, and another may be booked
   */
  Booking book(EntryId id, Instant now, Instant lostAt) throws IOException;

  /**
   * Books an attempt of an entry that may be due later only: its destination has come back, and it
   * is its turn. One whose attempt is under way, and not lost yet, is left alone.
   */
  Booking bookEarly(EntryId id, Instant now, Instant lostAt) throws IOException;

  /**
   * Has an entry that is due wait, without an attempt. SendFunction is woken for it again in time.
   *
   * @param waitsFor whom for: a destination, or a smart host
   */
  PuttingOff putOff(EntryId id, String waitsFor, Instant now, Instant until) throws IOException;

  /**
   * Records what an attempt came to. When the entry waits again, SendFunction is woken for it in
   * time.
   *
   * @param entry the entry as it shall be; its {@code attemptsMade} names the booked attempt
   * @return false when the attempt was given up as lost, or the entry removed, meanwhile
   */
  boolean finish(QueueEntry entry) throws IOException;

  /**
   * Wakes SendFunction for an entry, as near to when it is due as the queue service's longest delay
   * allows.
   */
  void wake(EntryWake wake, Instant now) throws IOException;

  /**
   * Wakes SendFunction for a destination, to send what waits for it in order; as near to {@code
   * due} as the queue service's longest delay allows.
   */
  void wakeDestination(String destination, Instant now, Instant due) throws IOException;

  /**
   * Entries that wait for a destination, or for a smart host, in the order in which their messages
   * were accepted. The list may be a moment old, and have some that are being sent now.
   *
   * @param after the last of the page before
   */
  List<EntryId> waitingFor(String destination, int limit, Optional<EntryId> after)
      throws IOException;

  /** How many entries wait for a destination. */
  Count countWaitingFor(String destination) throws IOException;

  /**
   * @param entries so many at least
   * @param isAll whether these are all
   */
  record Count(int entries, boolean isAll) {}

  /** All entries of a message, done ones too. */
  List<QueueEntry> entries(MessageId message) throws IOException;

  /**
   * Entries that wait (deferred, held) in the order of their next attempt, and with them those that
   * have waited and are being sent, in the place where they were due.
   */
  Page<QueueEntry> waiting(int limit, Optional<String> next) throws IOException;

  /**
   * Replaces an entry by hand: hold, release, retry now, remove. When it waits then, SendFunction
   * is woken for it in time.
   *
   * @param seen the entry as it was read; refused when it has changed since
   * @return false when it has changed
   */
  boolean replace(QueueEntry seen, QueueEntry wanted) throws IOException;

  /** Whether an attempt may be made. */
  sealed interface Booking {
    /** Yes: go ahead; the entry as booked. */
    record Booked(QueueEntry entry) implements Booking {}

    /** Not yet: it is due later, or another attempt is under way. */
    record NotDue(Instant due) implements Booking, PuttingOff {}

    /** Never: it is done, held, or gone. */
    record NothingToDo() implements Booking, PuttingOff {}
  }

  /** Whether an entry waits now; an attempt that is not to be made does not come about either. */
  sealed interface PuttingOff permits PuttingOff.Waits, Booking.NotDue, Booking.NothingToDo {
    /** Yes, as this says. */
    record Waits(QueueEntry entry) implements PuttingOff {}
  }
}
