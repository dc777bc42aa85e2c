package skypost.mail.queue;

import java.io.IOException;
import java.util.Optional;

/**
 * Operations on many entries of the queue, kept for some days, and the wake-ups that carry them on.
 * Every method throws {@link IOException} when the outcome is not known.
 */
public interface QueueOperations {
  /** Keeps a new operation and wakes whoever runs it. */
  void begin(QueueOperation operation) throws IOException;

  Optional<QueueOperation> find(OperationId id) throws IOException;

  /**
   * Records how far an operation is.
   *
   * @param seen as it was read; refused when it has changed since
   * @return false when somebody else has carried it on
   */
  boolean replace(QueueOperation seen, QueueOperation wanted) throws IOException;

  /** Has it carried on by another invocation. */
  void wake(OperationId id) throws IOException;
}
