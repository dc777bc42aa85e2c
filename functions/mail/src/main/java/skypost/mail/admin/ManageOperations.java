package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueFilter;
import skypost.mail.queue.QueueOperation;
import skypost.mail.queue.QueueOperations;

/** Begins operations on many entries of the queue, and tells how far they are. */
public final class ManageOperations {
  private final QueueOperations operations;
  private final Clock clock;
  private final RandomGenerator random;

  /**
   * @param random for ids
   */
  public ManageOperations(QueueOperations operations, Clock clock, RandomGenerator random) {
    this.operations = operations;
    this.clock = clock;
    this.random = random;
  }

  /** Has an action done to every entry that the filter lets through. */
  public QueueOperation begin(QueueFilter filter, QueueAction action) throws IOException {
    var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    QueueOperation operation =
        QueueOperation.begin(OperationId.at(now, random), filter, action, now);
    operations.begin(operation);
    return operation;
  }

  public Outcome<QueueOperation> find(OperationId id) throws IOException {
    return operations
        .find(id)
        .<Outcome<QueueOperation>>map(Outcome.Done::new)
        .orElseGet(() -> new Outcome.Missing<>("operation " + id));
  }
}
