package skypost.mail.directory;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How often and how long mail for some destinations is tried.
 *
 * @param to the destinations
 * @param waits before each attempt, the first from acceptance; empty: those of all others
 * @param maxAge until when attempts go on at the last of the waits; empty: with waits of its own,
 *     as many attempts as waits; else what holds for all others
 */
public record RetryRule(AddressPattern to, List<Duration> waits, Optional<Duration> maxAge) {
  /** Longer is nobody's mail held. */
  public static final Duration LONGEST = Duration.ofDays(365);

  /** Waits at most. */
  public static final int MAX_WAITS = 100;

  public RetryRule {
    waits = List.copyOf(waits);
  }
}
