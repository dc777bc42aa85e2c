package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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

  private final String key = "connections#" + UUID.randomUUID();

  /** The tallies under test. */
  protected abstract Tallies tallies() throws IOException;

  @Test
  void countsOfAllAddUpAndEachWindowIsItsOwn() throws IOException {
    assertThat(tallies().add(key, 3, LATER)).isEqualTo(3);
    assertThat(tallies().add(key, 4, LATER)).isEqualTo(7);
    assertThat(tallies().add(key + "#next", 1, LATER)).isEqualTo(1);
  }

  @Test
  void noCountIsLostWhenManyComeAtOnce() throws Exception {
    Tallies tallies = tallies();
    List<Callable<Long>> counts = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      counts.add(() -> tallies.add(key, 2, LATER));
    }
    List<Long> totals = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var done : threads.invokeAll(counts)) {
        totals.add(done.get());
      }
    }
    assertThat(totals).as("each is told another total").doesNotHaveDuplicates().contains(32L);
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
