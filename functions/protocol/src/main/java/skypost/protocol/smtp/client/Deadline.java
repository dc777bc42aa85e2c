package skypost.protocol.smtp.client;

import java.time.Duration;

/**
 * A moment after which a connection is cut, whatever its timeouts allow. Not of the wall clock,
 * which may jump.
 */
public final class Deadline {
  private final long nanos;

  private Deadline(long nanos) {
    this.nanos = nanos;
  }

  /** From now on. */
  public static Deadline in(Duration duration) {
    return new Deadline(System.nanoTime() + duration.toNanos());
  }

  /** What is left; never negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
  }

  /** The earlier of this one and {@code duration} from now. */
  Deadline within(Duration duration) {
    Deadline other = in(duration);
    return other.nanos - nanos < 0 ? other : this;
  }

  /** So much before this one. */
  Deadline earlierBy(Duration duration) {
    return new Deadline(nanos - duration.toNanos());
  }

  /** What is left for a socket option: never 0, which would mean for ever. */
  public int remainingMillis() {
    return Math.clamp(remaining().toMillis(), 1, Integer.MAX_VALUE);
  }

  public boolean isOver() {
    return nanos - System.nanoTime() <= 0;
  }
}
