package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Tallies;
import skypost.mail.authorize.Tallies.Share;

/** What every {@link Tallies} must do. */
public abstract class TalliesContract {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(60);

  private final String key = "messages#" + UUID.randomUUID();

  /** The tallies under test. */
  protected abstract Tallies tallies() throws IOException;

  @Test
  void whatAllUseIsOwedAndPaidByWaiting() throws IOException {
    assertThat(spend(30, NOW)).isEqualTo(NOW.plusSeconds(30));
    assertThat(spend(20, NOW)).isEqualTo(NOW.plusSeconds(50));
    assertThat(spend(10, NOW.plusSeconds(40))).isEqualTo(NOW.plusSeconds(60));
    assertThat(tallies().spend(key + "#other", Duration.ofSeconds(1), NOW, LATER))
        .isEqualTo(NOW.plusSeconds(1));
  }

  @Test
  void whoHasWaitedLongerGainsNothingByIt() throws IOException {
    spend(30, NOW);

    Instant muchLater = NOW.plusSeconds(3000);
    assertThat(spend(20, muchLater)).isEqualTo(muchLater.plusSeconds(20));
    assertThat(spend(20, muchLater)).isEqualTo(muchLater.plusSeconds(40));
  }

  private Instant spend(int seconds, Instant now) throws IOException {
    return tallies().spend(key, Duration.ofSeconds(seconds), now, now.plusSeconds(7200));
  }

  @Test
  void noUseIsLostWhenManyComeAtOnceAfterALongTime() throws Exception {
    Tallies tallies = tallies();
    spend(1, NOW.minusSeconds(3000));
    List<Callable<Instant>> uses = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      uses.add(() -> tallies.spend(key, Duration.ofSeconds(2), NOW, LATER));
    }
    List<Instant> paid = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var done : threads.invokeAll(uses)) {
        paid.add(done.get());
      }
    }
    assertThat(paid)
        .as("each is told another instant")
        .doesNotHaveDuplicates()
        .contains(NOW.plusSeconds(16));
  }

  @Test
  void aFrontHoldsWhatItSaidLast() throws IOException {
    assertThat(tallies().hold(key, new Share("a", 5, LATER), NOW)).isEqualTo(5);
    assertThat(tallies().hold(key, new Share("b", 2, LATER), NOW)).isEqualTo(7);
    assertThat(tallies().hold(key, new Share("a", 0, LATER), NOW)).isEqualTo(2);
  }

  @Test
  void aFrontThatSaysNothingMoreHoldsNothingOnceItsLeaseIsOver() throws IOException {
    tallies().hold(key, new Share("gone", 40, LATER), NOW);

    assertThat(tallies().hold(key, new Share("b", 1, LATER.plusSeconds(60)), LATER)).isEqualTo(1);
  }
}
