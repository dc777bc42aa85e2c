package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.AddressPattern;
import skypost.mail.directory.RetryRule;

class RetryScheduleTest {
  private static final Instant ACCEPTED = Instant.parse("2026-11-25T08:00:00Z");

  @Test
  void theDefaultTriesMoreAndMoreRarelyForFiveDays() {
    List<Instant> attempts = attempts(RetrySchedule.DEFAULT);

    assertThat(Duration.between(ACCEPTED, attempts.get(1))).isBetween(minutes(5), minutes(6));
    assertThat(Duration.between(ACCEPTED, attempts.get(6))).isBetween(minutes(470), minutes(520));
    assertThat(attempts).hasSizeBetween(19, 22);
    assertThat(attempts.getLast()).isEqualTo(ACCEPTED.plus(Duration.ofDays(5)));
  }

  @Test
  void mailForARelayDomainIsHeldForTwoWeeks() {
    RetrySchedule relay = RetrySchedule.DEFAULT.lasting(RetrySchedule.RELAY_AGE);

    assertThat(attempts(relay).getLast()).isEqualTo(ACCEPTED.plus(Duration.ofDays(14)));
    assertThat(relay.end(ACCEPTED)).isEqualTo(ACCEPTED.plus(Duration.ofDays(14)));
  }

  @Test
  void aRuleChangesWhatItSaysAndLeavesTheRest() {
    AddressPattern to = AddressPattern.of("*.slow.example");
    List<Duration> waits = List.of(Duration.ZERO, minutes(30));

    assertThat(RetrySchedule.DEFAULT.with(new RetryRule(to, waits, Optional.empty())))
        .isEqualTo(RetrySchedule.of(waits));
    assertThat(
            RetrySchedule.DEFAULT.with(
                new RetryRule(to, List.of(), Optional.of(Duration.ofDays(1)))))
        .isEqualTo(RetrySchedule.DEFAULT.lasting(Duration.ofDays(1)));
    assertThat(
            attempts(
                RetrySchedule.DEFAULT.with(
                    new RetryRule(to, waits, Optional.of(Duration.ofHours(2))))))
        .hasSizeBetween(5, 6)
        .last()
        .isEqualTo(ACCEPTED.plus(Duration.ofHours(2)));
  }

  /** The times at which a message is tried that nobody ever takes. */
  private static List<Instant> attempts(RetrySchedule schedule) {
    Random random = new Random(1);
    List<Instant> attempts = new ArrayList<>();
    for (Optional<Instant> next = Optional.of(schedule.first(ACCEPTED));
        next.isPresent();
        next = schedule.next(ACCEPTED, attempts.size(), attempts.getLast(), random)) {
      attempts.add(next.get());
    }
    return attempts;
  }

  @Test
  void aWaitIsNeverShorterThanSetAndSpreadsByATenth() {
    RetrySchedule schedule = RetrySchedule.of(List.of(Duration.ofSeconds(1), minutes(10)));
    Random random = new Random(2);
    Instant failed = ACCEPTED.plusSeconds(1);
    List<Instant> times =
        Stream.generate(() -> schedule.next(ACCEPTED, 1, failed, random).orElseThrow())
            .limit(200)
            .toList();

    assertThat(schedule.first(ACCEPTED)).isEqualTo(failed);
    assertThat(times)
        .allMatch(time ->
            !time.isBefore(failed.plusSeconds(600)) && !time.isAfter(failed.plusSeconds(660)));
    assertThat(times).doesNotHaveDuplicates();
    assertThat(schedule.next(ACCEPTED, 2, failed.plusSeconds(600), random)).isEmpty();
  }

  /** Whoever shows that a destination is still down is tried every hour, and lives as long. */
  @Test
  void attemptsBesideItsTurnDoNotShortenAMessagesLife() {
    Random random = new Random(3);
    Instant dayTwo = ACCEPTED.plus(Duration.ofDays(1));

    assertThat(RetrySchedule.DEFAULT.next(ACCEPTED, 40, dayTwo, random).orElseThrow())
        .isBetween(dayTwo.plus(Duration.ofHours(8)), dayTwo.plus(Duration.ofHours(9)));
    RetrySchedule few = RetrySchedule.of(List.of(Duration.ZERO, minutes(5), minutes(15)));
    assertThat(few.next(ACCEPTED, 9, ACCEPTED.plusSeconds(10), random)).isPresent();
    assertThat(few.next(ACCEPTED, 9, ACCEPTED.plus(minutes(21)), random)).isEmpty();
  }

  @Test
  void whatIsPutOffIsLookedAtWhenItsNextAttemptWouldHaveBeenAndAtItsEnd() {
    Random random = new Random(4);
    RetrySchedule schedule = RetrySchedule.DEFAULT;

    assertThat(schedule.putOff(ACCEPTED, ACCEPTED.plusSeconds(9), random))
        .isBetween(ACCEPTED.plus(minutes(5)), ACCEPTED.plus(minutes(6)));
    assertThat(schedule.putOff(ACCEPTED, ACCEPTED.plus(minutes(60)), random))
        .isBetween(ACCEPTED.plus(minutes(110)), ACCEPTED.plus(minutes(117)));
    assertThat(schedule.putOff(ACCEPTED, ACCEPTED.plus(Duration.ofHours(119)), random))
        .isEqualTo(schedule.end(ACCEPTED));
  }

  @Test
  void aDestinationRestsAMinuteAndThenAsAMessageWouldButAnHourAtMost() {
    Random random = new Random(5);
    int[] rests = {1, 5, 15, 30, 60, 60, 60};
    for (int failures = 1; failures <= rests.length; failures++) {
      Duration rest = minutes(rests[failures - 1]);
      assertThat(RetrySchedule.DEFAULT.rest(failures, random))
          .isBetween(rest, rest.plus(rest.dividedBy(10)));
    }
    assertThat(RetrySchedule.of(List.of(Duration.ZERO, Duration.ZERO)).rest(3, random))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
  }

  private static Duration minutes(long minutes) {
    return Duration.ofMinutes(minutes);
  }
}
