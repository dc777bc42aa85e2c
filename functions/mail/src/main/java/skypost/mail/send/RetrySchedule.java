package skypost.mail.send;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import skypost.mail.directory.RetryRule;

/**
 * When a message is tried (RFC 5321 section 4.5.4.1), and how long its destination rests when it
 * fails as such.
 *
 * @param waits before each attempt, the first counted from acceptance
 * @param maxAge until when, counted from acceptance, attempts go on at the last of the waits; when
 *     the last attempt fails temporarily, the message is given up. Empty: there are as many
 *     attempts as waits
 */
public record RetrySchedule(List<Duration> waits, Optional<Duration> maxAge) {
  /** More and more rarely over eight hours, and then every eight hours, for five days. */
  public static final RetrySchedule DEFAULT =
      new RetrySchedule(
          List.of(
              Duration.ZERO,
              Duration.ofMinutes(5),
              Duration.ofMinutes(15),
              Duration.ofMinutes(30),
              Duration.ofHours(1),
              Duration.ofHours(2),
              Duration.ofHours(4),
              Duration.ofHours(8)),
          Optional.of(Duration.ofDays(5)));

  /** How long mail for a domain that we are a backup MX of is held, unless set otherwise. */
  public static final Duration RELAY_AGE = Duration.ofDays(14);

  private static final double JITTER =
      0.1; // of the wait, on top: messages deferred together must not come back together

  /** What an attempt itself may take, where no age is set and messages were put off. */
  private static final Duration LATE = Duration.ofMinutes(10);

  private static final Duration LEAST_REST = Duration.ofSeconds(1);
  private static final Duration FIRST_REST = Duration.ofMinutes(1);
  private static final Duration LONGEST_REST = Duration.ofHours(1);

  public RetrySchedule {
    if (waits.isEmpty() || waits.stream().anyMatch(Duration::isNegative)) {
      throw new IllegalArgumentException("a schedule has an attempt, and no negative wait");
    }
    if (maxAge.isPresent() && waits.getLast().isZero()) {
      throw new IllegalArgumentException("the last wait is repeated, and so cannot be zero");
    }
    waits = List.copyOf(waits);
  }

  /** As many attempts as waits, or the default where nothing is set. */
  public static RetrySchedule of(List<Duration> waits) {
    return waits.isEmpty() ? DEFAULT : new RetrySchedule(waits, Optional.empty());
  }

  /** With the last wait repeated until this age. */
  public RetrySchedule lasting(Duration age) {
    return waits.getLast().isZero() ? this : new RetrySchedule(waits, Optional.of(age));
  }

  /** With what an administrator wants otherwise. */
  public RetrySchedule with(RetryRule rule) {
    RetrySchedule base =
        rule.waits().isEmpty() ? this : new RetrySchedule(rule.waits(), Optional.empty());
    return rule.maxAge().map(base::lasting).orElse(base);
  }

  /** When a message accepted at {@code acceptedAt} is tried first. */
  public Instant first(Instant acceptedAt) {
    return acceptedAt.plus(waits.getFirst());
  }

  /**
   * When it is tried next. A message that was tried more often than its turn, because it showed
   * whether its destination had come back, goes by its age: those attempts do not shorten its life.
   *
   * @param attemptsMade with the one that has just failed
   * @return empty when that was the last
   */
  public Optional<Instant> next(
      Instant acceptedAt, int attemptsMade, Instant now, RandomGenerator random) {
    int position = Math.min(attemptsMade, reached(acceptedAt, now) + 1);
    if (maxAge.isEmpty() && position >= waits.size()) {
      return Optional.empty();
    }
    Instant next = now.plus(spread(wait(position), random));
    if (maxAge.isEmpty()) {
      return Optional.of(next);
    }
    Instant end = acceptedAt.plus(maxAge.get());
    return now.isBefore(end) ? Optional.of(earlier(next, end)) : Optional.empty();
  }

  /** When it is looked at again, having been put off without an attempt. Never after its end. */
  public Instant putOff(Instant acceptedAt, Instant now, RandomGenerator random) {
    int reached = reached(acceptedAt, now);
    Duration wait = spread(wait(reached + 1), random);
    Instant next = acceptedAt.plus(point(reached)).plus(wait);
    if (!next.isAfter(now)) { // beyond its points
      next = now.plus(wait.compareTo(LEAST_REST) < 0 ? LEAST_REST : wait);
    }
    Instant end = end(acceptedAt);
    return end.isAfter(now) ? earlier(next, end) : next;
  }

  /** When the life of a message is over that waits for its destination to come back. */
  public Instant end(Instant acceptedAt) {
    if (maxAge.isPresent()) {
      return acceptedAt.plus(maxAge.get());
    }
    long sum = waits.stream().mapToLong(Duration::toMillis).sum();
    return acceptedAt.plusMillis((long) (sum * (1 + JITTER))).plus(LATE);
  }

  /**
   * How long a destination rests after so many failures in a row: a minute, then as a message would
   * wait, an hour at most.
   */
  public Duration rest(int failures, RandomGenerator random) {
    Duration wait = waits.size() == 1 ? FIRST_REST : wait(Math.max(1, failures - 1));
    Duration most = failures <= 1 ? FIRST_REST : LONGEST_REST;
    Duration rest = wait.compareTo(most) > 0 ? most : wait;
    return spread(rest.compareTo(LEAST_REST) < 0 ? LEAST_REST : rest, random);
  }

  private Duration wait(int position) {
    return waits.get(Math.min(position, waits.size() - 1));
  }

  /** The last attempt in the schedule whose time is over at this age, from 0. */
  private int reached(Instant acceptedAt, Instant now) {
    Duration age = Duration.between(acceptedAt, now);
    Duration point = waits.getFirst();
    for (int i = 1; i < waits.size(); i++) {
      point = point.plus(waits.get(i));
      if (point.compareTo(age) > 0) {
        return i - 1;
      }
    }
    return waits.size() - 1;
  }

  /** When an attempt of the schedule is due, without jitter. */
  private Duration point(int position) {
    return waits.subList(0, position + 1).stream().reduce(Duration.ZERO, Duration::plus);
  }

  private static Duration spread(Duration wait, RandomGenerator random) {
    return wait.plusMillis((long) (wait.toMillis() * JITTER * random.nextDouble()));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** Comma-separated ISO-8601 durations, as {@code SKYPOST_RETRY_SCHEDULE} has them. */
  @Override
  public String toString() {
    return String.join(",", waits.stream().map(Duration::toString).toList());
  }
}
