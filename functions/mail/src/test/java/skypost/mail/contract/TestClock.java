package skypost.mail.contract;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands until it is moved. Thread safe for one who moves it and many who look. */
public final class TestClock extends Clock {
  private volatile Instant now;

  public TestClock(Instant now) {
    this.now = now;
  }

  public TestClock(String now) {
    this(Instant.parse(now));
  }

  /** One that says what another says. */
  public static Clock of(InstantSource source) {
    return source.withZone(ZoneOffset.UTC);
  }

  public void advance(Duration by) {
    now = now.plus(by);
  }

  /** Goes on, and never back. */
  public void advanceTo(Instant then) {
    now = then.isAfter(now) ? then : now;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return of(this).withZone(zone);
  }
}
