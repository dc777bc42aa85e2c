package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueOperation;
import skypost.mail.queue.QueueOperations;
import skypost.protocol.log.EventLog;

/**
 * Carries an operation on, some entries at a time, and hands it to another invocation when its time
 * is over. It may die anywhere and be repeated: see {@link QueueOperation.Progress}.
 */
public final class RunOperation {
  /** Entries between two records of progress. */
  static final int AT_ONCE = 25;

  /** How long one invocation works on it: mail that came in the same batch waits meanwhile. */
  private static final Duration SHARE = Duration.ofMinutes(1);

  private final QueueOperations operations;
  private final ManageQueue queue;
  private final SteerEntry steer;
  private final Clock clock;

  public RunOperation(
      QueueOperations operations, ManageQueue queue, SteerEntry steer, Clock clock) {
    this.operations = operations;
    this.queue = queue;
    this.steer = steer;
    this.clock = clock;
  }

  /**
   * Carries it on.
   *
   * @param deadline by which it must have handed it on
   * @throws IOException when it must be woken again
   */
  public void run(OperationId id, Instant deadline) throws IOException {
    Instant share = clock.instant().plus(SHARE);
    Instant until = share.isBefore(deadline) ? share : deadline;
    Optional<QueueOperation> next = operations.find(id);
    while (next.isPresent() && !next.get().isDone()) {
      QueueOperation seen = next.get();
      QueueOperation wanted = step(seen);
      if (!operations.replace(seen, wanted)) {
        return; // it was woken twice, and the other one goes on
      }
      log(wanted);
      if (!wanted.isDone() && !clock.instant().isBefore(until)) {
        operations.wake(id);
        return;
      }
      next = Optional.of(wanted);
    }
  }

  private QueueOperation step(QueueOperation operation) throws IOException {
    if (operation.progress().pending().isEmpty()) {
      Page<QueueEntry> page =
          queue.list(operation.filter(), AT_ONCE, operation.progress().cursor());
      // What was retried comes again further down the list.
      List<EntryId> entries =
          page.items().stream()
              .filter(entry -> !entry.byHand().hasStepOf(operation.id().actor()))
              .map(QueueEntry::id)
              .toList();
      return operation.found(entries, page.next());
    }
    long done = 0;
    for (EntryId id : operation.progress().pending()) {
      done += actOn(id, operation) ? 1 : 0;
    }
    return operation.settled(done, operation.progress().pending().size() - done);
  }

  private boolean actOn(EntryId id, QueueOperation operation) throws IOException {
    Optional<QueueEntry> entry = steer.read(id);
    return entry.isPresent()
        && isStillMeant(entry.get(), operation)
        && steer.apply(entry.get(), operation.action(), operation.id().actor()).isPresent();
  }

  /** The list may have been a moment old; what this operation did itself may have changed it. */
  private static boolean isStillMeant(QueueEntry entry, QueueOperation operation) {
    return entry.byHand().hasStepOf(operation.id().actor()) || operation.filter().accepts(entry);
  }

  private static void log(QueueOperation operation) {
    if (operation.isDone()) {
      EventLog.info("queue-operation")
          .with("operation", operation.id())
          .with("action", operation.action().word())
          .with("done", operation.progress().done())
          .with("failed", operation.progress().failed())
          .write();
    }
  }
}
