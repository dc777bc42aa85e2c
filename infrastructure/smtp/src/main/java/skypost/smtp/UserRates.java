package skypost.smtp;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import skypost.protocol.address.EmailAddress;

/**
 * How many recipients a user may write to: a bucket for each that fills up within an hour, so that
 * a stolen password does not send a million messages. Each front counts for itself: with n fronts a
 * user who is spread over them gets n times as many.
 */
final class UserRates {
  private static final Duration FILLS_IN = Duration.ofHours(1);
  private static final int MAX_USERS = 50_000;

  private final int perHour;
  private final Clock clock;
  private final Map<EmailAddress, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<EmailAddress, Bucket> eldest) {
          return size() > MAX_USERS; // who has been silent longest has a full one, or nearly so
        }
      };

  private record Bucket(double left, Instant at) {}

  /**
   * @param perHour recipients; 0: no limit
   */
  UserRates(int perHour, Clock clock) {
    this.perHour = perHour;
    this.clock = clock;
  }

  /** Takes one recipient out of the user's bucket; false when it is empty. */
  synchronized boolean take(EmailAddress user) {
    if (perHour == 0) {
      return true;
    }
    Instant now = clock.instant();
    Bucket before = buckets.getOrDefault(user, new Bucket(perHour, now));
    double filled =
        (double) Duration.between(before.at(), now).toMillis() / FILLS_IN.toMillis() * perHour;
    double left = Math.min(perHour, before.left() + Math.max(filled, 0));
    boolean enough = left >= 1;
    buckets.put(user, new Bucket(enough ? left - 1 : left, now));
    return enough;
  }
}
