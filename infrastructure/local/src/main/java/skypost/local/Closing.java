package skypost.local;

import java.util.ArrayDeque;
import java.util.Deque;
import skypost.protocol.log.EventLog;

/** What was opened, to be closed in reverse order. */
final class Closing implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  synchronized <T extends AutoCloseable> T add(T resource) {
    opened.push(resource);
    return resource;
  }

  /** Closes everything; a fault keeps nothing else from being closed. */
  @Override
  public synchronized void close() {
    while (!opened.isEmpty()) {
      AutoCloseable resource = opened.pop();
      try {
        resource.close();
      } catch (Exception fault) {
        EventLog.warn("close-failed")
            .with("what", resource.getClass().getSimpleName())
            .cause(fault)
            .write();
      }
    }
  }
}
