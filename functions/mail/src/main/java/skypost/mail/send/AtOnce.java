package skypost.mail.send;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many messages go to a next hop at once out of this function. Those of all functions together
 * keep to the limit because each has its share of it: that costs no message a look at a table.
 * Thread safe.
 */
final class AtOnce {
  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();
  private final Map<String, Integer> inside = new HashMap<>();

  /**
   * @param most at once, for each next hop
   */
  AtOnce(int most) {
    this.most = most;
  }

  /**
   * Waits for a place; who got one must {@link #leave}.
   *
   * @param patience how long to wait
   * @return false when none came free
   */
  boolean enter(String hop, Duration patience) {
    long nanos = Math.max(0, patience.toNanos());
    lock.lock();
    try {
      while (inside.getOrDefault(hop, 0) >= most) {
        if (nanos <= 0) {
          return false;
        }
        nanos = left.awaitNanos(nanos);
      }
      inside.merge(hop, 1, Integer::sum);
      return true;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a place back. */
  void leave(String hop) {
    lock.lock();
    try {
      inside.computeIfPresent(hop, (_, count) -> count > 1 ? count - 1 : null);
      left.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
