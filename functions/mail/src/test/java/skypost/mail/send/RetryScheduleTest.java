package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
  private static final Instant ACCEPTED = Instant.parse("2026-11-25T08:00:00Z");

  @Test
  void theDefaultTriesAtOnceAndGivesUpAfterAboutFiveDays() {
    Instant at = RetrySchedule.DEFAULT.first(ACCEPTED);
    assertThat(at).isEqualTo(ACCEPTED);
    Random random = new Random(1);
    int attempts = 1;
    for (Optional<Instant> next = RetrySchedule.DEFAULT.next(attempts, at, random);
        next.isPresent();
        next = RetrySchedule.DEFAULT.next(attempts, at, random)) {
      at = next.get();
      attempts++;
    }
    assertThat(attempts).isEqualTo(20);
    assertThat(Duration.between(ACCEPTED, at))
        .isBetween(Duration.ofHours(111), Duration.ofHours(123));
  }

  @Test
  void aWaitIsNeverShorterThanSetAndSpreadsByATenth() {
    RetrySchedule schedule =
        RetrySchedule.of(List.of(Duration.ofSeconds(1), Duration.ofMinutes(10)));
    Random random = new Random(2);
    List<Instant> times =
        java.util.stream.Stream.generate(() -> schedule.next(1, ACCEPTED, random).orElseThrow())
            .limit(200)
            .toList();

    assertThat(schedule.first(ACCEPTED)).isEqualTo(ACCEPTED.plusSeconds(1));
    assertThat(times)
        .allMatch(time ->
            !time.isBefore(ACCEPTED.plusSeconds(600)) && !time.isAfter(ACCEPTED.plusSeconds(660)));
    assertThat(times).doesNotHaveDuplicates();
    assertThat(schedule.next(2, ACCEPTED, random)).isEmpty();
  }
}
