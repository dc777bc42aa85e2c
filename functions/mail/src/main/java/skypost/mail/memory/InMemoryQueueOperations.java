package skypost.mail.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.QueueOperation;
import skypost.mail.queue.QueueOperations;

/** {@link QueueOperations} in memory. Thread safe. */
public final class InMemoryQueueOperations implements QueueOperations {
  private final Map<OperationId, QueueOperation> operations = new HashMap<>();
  private final Consumer<OperationId> wakes;

  /**
   * @param wakes is told each wake; called outside the lock, on the caller's thread
   */
  public InMemoryQueueOperations(Consumer<OperationId> wakes) {
    this.wakes = wakes;
  }

  @Override
  public void begin(QueueOperation operation) {
    synchronized (this) {
      operations.put(operation.id(), operation);
    }
    wake(operation.id());
  }

  @Override
  public synchronized Optional<QueueOperation> find(OperationId id) {
    return Optional.ofNullable(operations.get(id));
  }

  @Override
  public synchronized boolean replace(QueueOperation seen, QueueOperation wanted) {
    return operations.replace(seen.id(), seen, wanted);
  }

  @Override
  public void wake(OperationId id) {
    wakes.accept(id);
  }
}
