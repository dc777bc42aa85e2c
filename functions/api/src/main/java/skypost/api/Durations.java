package skypost.api;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Durations as an administrator writes them (ISO 8601, as {@link Duration} reads it). */
final class Durations {
  /** What {@link #days} takes, for a person. */
  static final String FORM = "a duration such as P90D, from P1D to P3650D";

  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration TEN_YEARS = Duration.ofDays(3650);

  private Durations() {}

  /** A day to ten years. */
  static Optional<Duration> days(String text) {
    return parse(text)
        .filter(given -> given.compareTo(DAY) >= 0 && given.compareTo(TEN_YEARS) <= 0);
  }

  /** Not negative. */
  static Optional<Duration> parse(String text) {
    try {
      return Optional.of(Duration.parse(text)).filter(given -> !given.isNegative());
    } catch (DateTimeParseException malformed) {
      return Optional.empty();
    }
  }
}
