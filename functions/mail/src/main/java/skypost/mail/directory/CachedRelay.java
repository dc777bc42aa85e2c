package skypost.mail.directory;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** The relay settings, remembered for a short time within a warm function. Thread safe. */
public final class CachedRelay {
  private static final Duration FRESH = Duration.ofSeconds(10);

  private final Directory directory;
  private final RelaySettings defaults;
  private final Clock clock;
  private RelaySettings known;
  private Instant until = Instant.MIN;

  /**
   * @param defaults what holds until settings are put into the directory
   */
  public CachedRelay(Directory directory, RelaySettings defaults, Clock clock) {
    this.directory = directory;
    this.defaults = defaults;
    this.clock = clock;
  }

  /** The settings as they were at most ten seconds ago. Of many that ask at once, one reads. */
  public synchronized RelaySettings get() throws IOException {
    Instant now = clock.instant();
    if (until.isBefore(now)) {
      known = directory.relay().orElse(defaults);
      until = now.plus(FRESH);
    }
    return known;
  }
}
