package skypost.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import skypost.protocol.address.EmailAddress;

class UserRatesTest {
  private static final EmailAddress ALICE = new EmailAddress("alice", "example.com");
  private static final EmailAddress BOB = new EmailAddress("bob", "example.com");

  private Instant now = Instant.parse("2026-11-25T08:00:00Z");

  @Test
  void aUserHasHisOwnBucketWhichFillsUpAgain() {
    UserRates rates = new UserRates(60, new MovingClock());
    for (int i = 0; i < 60; i++) {
      assertThat(rates.take(ALICE)).isTrue();
    }
    assertThat(rates.take(ALICE)).isFalse();
    assertThat(rates.take(BOB)).isTrue();

    now = now.plusSeconds(59);
    assertThat(rates.take(ALICE)).as("one a minute").isFalse();
    now = now.plusSeconds(2);
    assertThat(rates.take(ALICE)).isTrue();
    assertThat(rates.take(ALICE)).isFalse();

    now = now.plusSeconds(360_000);
    int taken = 0;
    while (rates.take(ALICE)) {
      taken++;
    }
    assertThat(taken).as("never more than an hour's").isEqualTo(60);
  }

  @Test
  void withoutALimitNobodyIsHeldUp() {
    UserRates rates = new UserRates(0, new MovingClock());
    for (int i = 0; i < 10_000; i++) {
      assertThat(rates.take(ALICE)).isTrue();
    }
  }

  private final class MovingClock extends Clock {
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
      return this;
    }
  }
}
