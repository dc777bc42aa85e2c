package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the time of an invocation is divided. */
class InvocationTimeTest {
  private static final Instant BEGUN = Instant.parse("2026-11-25T08:00:00Z");

  @Test
  void theLongestInvocationGivesServersTheTenMinutesOfTheStandard() {
    InvocationTime time = InvocationTime.of(BEGUN, Duration.ofMinutes(15));

    assertThat(time.finalReply()).isEqualTo(Duration.ofMinutes(10)); // RFC 5321 4.5.3.2.6
    assertThat(time.over()).isEqualTo(BEGUN.plusSeconds(890));
    assertThat(time.contentBy()).isEqualTo(BEGUN.plusSeconds(290));
    assertThat(time.beginBy()).isEqualTo(BEGUN.plusSeconds(230));
    assertThat(time.mayBegin(BEGUN.plusSeconds(230))).isTrue();
    assertThat(time.mayBegin(BEGUN.plusSeconds(231))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {70, 71, 120, 300, 600, 870, 900})
  void whatIsBegunHasTimeForItsContentAndTheAnswer(int seconds) {
    InvocationTime time = InvocationTime.of(BEGUN, Duration.ofSeconds(seconds));

    assertThat(time.isOfUse()).isTrue();
    assertThat(time.beginBy()).isAfterOrEqualTo(BEGUN).isBefore(time.contentBy());
    assertThat(Duration.between(time.contentBy(), time.over())).isEqualTo(time.finalReply());
    assertThat(time.finalReply()).isGreaterThan(Duration.ofSeconds(40));
    assertThat(Duration.between(time.over(), BEGUN.plusSeconds(seconds)))
        .as("for recording")
        .isEqualTo(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 12, 60, 69})
  void inAnInvocationThatIsTooShortNothingBegins(int seconds) {
    assertThat(InvocationTime.of(BEGUN, Duration.ofSeconds(seconds)).isOfUse()).isFalse();
  }

  @Test
  void anAttemptKnowsWhatIsLeft() {
    Courier.Patience left =
        InvocationTime.of(BEGUN, Duration.ofMinutes(15)).left(BEGUN.plusSeconds(90));

    assertThat(left.whole()).isEqualTo(Duration.ofSeconds(800));
    assertThat(left.finalReply()).isEqualTo(Duration.ofMinutes(10));
    assertThat(left.least()).isEqualTo(Duration.ofMinutes(1));
  }
}
