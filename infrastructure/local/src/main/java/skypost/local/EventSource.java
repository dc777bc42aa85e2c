package skypost.local;

import java.time.Duration;

/**
 * An event source mapping from a queue to a function.
 *
 * @param queue is polled
 * @param batchSize most messages in an invocation, 1 to 10
 * @param window how long to gather a fuller batch after the first message; zero: not at all
 * @param concurrency most invocations at a time
 */
record EventSource(Resources.Queue queue, int batchSize, Duration window, int concurrency) {
  EventSource {
    if (batchSize < 1 || batchSize > 10 || concurrency < 1 || window.isNegative()) {
      throw new IllegalArgumentException(
          "batch size 1 to 10, concurrency at least 1: " + batchSize + ", " + concurrency);
    }
  }
}
