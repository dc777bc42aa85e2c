package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import skypost.mail.queue.Destination;
import skypost.mail.queue.Destination.Lease;
import skypost.mail.queue.Destination.Trouble;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.EntryId;
import skypost.protocol.smtp.SmtpReply;

/** What every {@link Destinations} must do. */
public abstract class DestinationsContract {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Trouble REFUSED =
      new Trouble(
          NOW,
          "mx.far.example[192.0.2.1]:25",
          SmtpReply.of(421, 3, 2, "going down", "come back \"later\""),
          Optional.empty());

  /** The port under test. */
  protected abstract Destinations destinations() throws IOException;

  @Test
  void oneOfWhichNothingIsKnownIsHealthy() throws IOException {
    String domain = domain();
    assertThat(destinations().find(domain)).isEqualTo(Destination.healthy(domain));
    assertThat(destinations().forget(domain)).isFalse();
  }

  @Test
  void whatIsKnownComesBackWithEveryField() throws IOException {
    Destinations destinations = destinations();
    Destination seen = Destination.healthy(domain());
    EntryId entry = new EntryId(Samples.id(), "far.example", 3);
    Trouble silent =
        new Trouble(NOW.plusMillis(5), "", SmtpReply.of(451, 4, 2, "lost"), Optional.of(entry));
    List<Destination> states =
        List.of(
            seen.failed(REFUSED, NOW, Duration.ofMinutes(1))
                .failed(silent, NOW, Duration.ofMinutes(5)),
            seen.leased(new Lease("holder", NOW.plusSeconds(900)))
                .recovering(7, Optional.of(entry)),
            seen.recovering(1, Optional.empty()),
            seen.failed(REFUSED, NOW, Duration.ZERO).recovered());

    for (Destination state : states) {
      Destination kept = destinations.replace(seen, state, NOW).orElseThrow();

      assertThat(kept.phase()).isEqualTo(state.phase());
      assertThat(kept.lease()).isEqualTo(state.lease());
      assertThat(kept.troubles()).isEqualTo(state.troubles());
      assertThat(destinations.find(seen.domain())).isEqualTo(kept);
      seen = kept;
    }
  }

  @Test
  void whatHasChangedSinceItWasSeenIsNotReplaced() throws IOException {
    Destinations destinations = destinations();
    Destination seen = Destination.healthy(domain());
    Destination kept =
        destinations.replace(seen, seen.recovering(1, Optional.empty()), NOW).orElseThrow();

    assertThat(destinations.replace(seen, seen.recovering(9, Optional.empty()), NOW)).isEmpty();
    assertThat(destinations.find(seen.domain())).isEqualTo(kept);

    destinations.forget(seen.domain());
    assertThat(destinations.replace(kept, kept.recovered(), NOW)).isEmpty();
    assertThat(destinations.find(seen.domain())).isEqualTo(seen);
  }

  @Test
  void ofManyThatWantTheLeaseOneGetsIt() throws Exception {
    Destinations destinations = destinations();
    for (int round = 0; round < 5; round++) {
      Destination seen = Destination.healthy(domain());
      List<Callable<Boolean>> tries = new ArrayList<>();
      IntStream.range(0, 8)
          .forEach(i ->
              tries.add(() ->
                  destinations
                      .replace(seen, seen.leased(new Lease("h" + i, NOW.plusSeconds(60))), NOW)
                      .isPresent()));
      int won = 0;
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<Boolean> got : threads.invokeAll(tries)) {
          won += got.get() ? 1 : 0;
        }
      }
      assertThat(won).isEqualTo(1);
    }
  }

  @Test
  void allOfThemAreListedByName() throws IOException {
    Destinations destinations = destinations();
    List<String> names = IntStream.range(0, 12).mapToObj(i -> domain()).sorted().toList();
    for (String name : names) {
      Destination seen = Destination.healthy(name);
      destinations.replace(seen, seen.failed(REFUSED, NOW, Duration.ofMinutes(1)), NOW);
    }

    assertThat(Samples.all(5, next -> destinations.list(5, next)))
        .extracting(Destination::domain)
        .filteredOn(names::contains)
        .isEqualTo(names);
    assertThat(destinations.forget(names.getFirst())).isTrue();
    assertThat(Samples.all(5, next -> destinations.list(5, next)))
        .extracting(Destination::domain)
        .doesNotContain(names.getFirst());
  }

  private static String domain() {
    return Samples.name("dest-") + ".example";
  }
}
