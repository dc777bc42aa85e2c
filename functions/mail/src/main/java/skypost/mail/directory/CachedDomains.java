package skypost.mail.directory;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Domains remembered for a short time within a warm function: nearly every message asks for one of
 * the same few. Absence is not remembered, so a domain works as soon as it is made; but for {@link
 * #findOrStrange}.
 */
public final class CachedDomains {
  private static final Duration FRESH = Duration.ofSeconds(10);
  private static final Duration STRANGE = Duration.ofMinutes(5);
  private static final int MOST = 10_000;

  private record Known(Domain domain, Instant since) {}

  private final Directory directory;
  private final Clock clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final Map<String, Instant> strange = new ConcurrentHashMap<>();

  public CachedDomains(Directory directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /** The domain as it was at most ten seconds ago. */
  public Optional<Domain> find(String name) throws IOException {
    Instant now = clock.instant();
    Known remembered = known.get(name);
    if (remembered != null && remembered.since().plus(FRESH).isAfter(now)) {
      return Optional.of(remembered.domain());
    }
    Optional<Domain> domain = directory.domain(name);
    if (known.size() >= MOST) {
      known.clear();
    }
    domain.ifPresentOrElse(
        found -> known.put(name, new Known(found, now)), () -> known.remove(name));
    return domain;
  }

  /**
   * The same for a domain that is probably none of ours, and read with every message of a stranger:
   * that it is none is remembered for five minutes.
   */
  public Optional<Domain> findOrStrange(String name) throws IOException {
    Instant now = clock.instant();
    Instant since = strange.get(name);
    if (since != null && since.plus(STRANGE).isAfter(now)) {
      return Optional.empty();
    }
    Optional<Domain> domain = find(name);
    if (strange.size() >= MOST) {
      strange.clear();
    }
    domain.ifPresentOrElse(_ -> strange.remove(name), () -> strange.put(name, now));
    return domain;
  }
}
