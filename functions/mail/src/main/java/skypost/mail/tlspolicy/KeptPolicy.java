package skypost.mail.tlspolicy;

import java.time.Instant;

/**
 * An MTA-STS policy as it was fetched.
 *
 * @param id from the TXT record that announced it
 * @param fetched when
 */
public record KeptPolicy(String id, StsPolicy policy, Instant fetched) {
  /** From when on it must not be used (RFC 8461 section 3.2, max_age). */
  public Instant expires() {
    return fetched.plus(policy.maxAge());
  }

  /** When half of its time is over: whoever waits for its end may find that nothing can be had. */
  Instant stale() {
    return fetched.plus(policy.maxAge().dividedBy(2));
  }
}
