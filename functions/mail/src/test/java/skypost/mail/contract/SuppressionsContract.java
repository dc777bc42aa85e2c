package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.Suppressions;
import skypost.mail.directory.Suppressions.Suppression;
import skypost.protocol.address.EmailAddress;

/** What every {@link Suppressions} must do. */
public abstract class SuppressionsContract {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00.123Z");
  private static final Instant UNTIL = Instant.parse("2027-02-23T08:00:00Z");

  private final String domain = Samples.name("d-") + ".example";

  /** The suppressions under test. */
  protected abstract Suppressions suppressions() throws IOException;

  @Test
  void aSuppressionComesBackWithEveryField() throws IOException {
    Suppressions suppressions = suppressions();
    Suppression forever =
        new Suppression(
            Samples.address("\"o hara\"@far.example"), NOW, "by hand 例", Optional.empty());
    Suppression passing =
        new Suppression(
            Samples.address("用户@far.example"), NOW, "550 5.1.1 \"no\"", Optional.of(UNTIL));

    suppressions.put(domain, forever);
    suppressions.put(domain, passing);

    assertThat(suppressions.find(domain, forever.address(), NOW)).contains(forever);
    assertThat(suppressions.find(domain, passing.address(), NOW)).contains(passing);
  }

  @Test
  void itIsTheDomainsOwnAndEndsInTime() throws IOException {
    Suppressions suppressions = suppressions();
    EmailAddress bob = Samples.address("bob@far.example");
    suppressions.put(domain, new Suppression(bob, NOW, "gone", Optional.of(UNTIL)));

    assertThat(suppressions.find("other." + domain, bob, NOW)).isEmpty();
    assertThat(suppressions.find(domain, Samples.address("bob@near.example"), NOW)).isEmpty();
    assertThat(suppressions.find(domain, bob, UNTIL.minusSeconds(1))).isPresent();
    assertThat(suppressions.find(domain, bob, UNTIL)).isEmpty();
    assertThat(suppressions.list(domain, 10, Optional.empty(), UNTIL).items()).isEmpty();
  }

  @Test
  void itIsReplacedAndLifted() throws IOException {
    Suppressions suppressions = suppressions();
    EmailAddress bob = Samples.address("bob@far.example");
    suppressions.put(domain, new Suppression(bob, NOW, "gone", Optional.of(UNTIL)));
    Suppression later = new Suppression(bob, NOW.plusSeconds(1), "again", Optional.empty());

    suppressions.put(domain, later);
    assertThat(suppressions.find(domain, bob, UNTIL)).contains(later);

    assertThat(suppressions.remove(domain, bob)).isTrue();
    assertThat(suppressions.find(domain, bob, NOW)).isEmpty();
    assertThat(suppressions.remove(domain, bob)).isFalse();
  }

  @Test
  void theListIsPagedInOrder() throws IOException {
    Suppressions suppressions = suppressions();
    List<Suppression> all =
        IntStream.range(10, 35)
            .mapToObj(i ->
                new Suppression(
                    Samples.address("u" + i + "@far.example"), NOW, "gone", Optional.empty()))
            .toList();
    for (Suppression each : all) {
      suppressions.put(domain, each);
    }

    assertThat(Samples.all(7, next -> suppressions.list(domain, 7, next, NOW))).isEqualTo(all);
  }
}
