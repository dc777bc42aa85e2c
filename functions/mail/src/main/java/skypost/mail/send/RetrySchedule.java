package skypost.mail.send;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a message is tried (RFC 5321 section 4.5.4.1).
 *
 * @param waits before each attempt, the first counted from acceptance; when the last attempt fails
 *     temporarily, the message is given up
 */
public record RetrySchedule(List<Duration> waits) {
  /**
   * At once, more and more rarely over eight hours, and every eight hours until nearly five days
   * are over.
   */
  public static final RetrySchedule DEFAULT = new RetrySchedule(defaultWaits());

  private static final double JITTER =
      0.1; // of the wait, on top: messages deferred together must not come back together

  public RetrySchedule {
    if (waits.isEmpty() || waits.stream().anyMatch(Duration::isNegative)) {
      throw new IllegalArgumentException("a schedule has an attempt, and no negative wait");
    }
    waits = List.copyOf(waits);
  }

  /** The default where nothing is set. */
  public static RetrySchedule of(List<Duration> waits) {
    return waits.isEmpty() ? DEFAULT : new RetrySchedule(waits);
  }

  /** When a message accepted at {@code acceptedAt} is tried first. */
  public Instant first(Instant acceptedAt) {
    return acceptedAt.plus(waits.getFirst());
  }

  /**
   * When it is tried next.
   *
   * @param attemptsMade with the one that has just failed
   * @return empty when that was the last
   */
  public Optional<Instant> next(int attemptsMade, Instant now, RandomGenerator random) {
    if (attemptsMade >= waits.size()) {
      return Optional.empty();
    }
    Duration wait = waits.get(attemptsMade);
    return Optional.of(
        now.plus(wait).plusMillis((long) (wait.toMillis() * JITTER * random.nextDouble())));
  }

  private static List<Duration> defaultWaits() {
    List<Duration> waits =
        new ArrayList<>(
            List.of(
                Duration.ZERO,
                Duration.ofMinutes(5),
                Duration.ofMinutes(15),
                Duration.ofMinutes(30),
                Duration.ofHours(1),
                Duration.ofHours(2),
                Duration.ofHours(4)));
    for (int i = 0; i < 13; i++) { // 112 to 123 hours in all
      waits.add(Duration.ofHours(8));
    }
    return waits;
  }

  /** Comma-separated ISO-8601 durations, as {@code SKYPOST_RETRY_SCHEDULE} has them. */
  @Override
  public String toString() {
    return String.join(",", waits.stream().map(Duration::toString).toList());
  }
}
