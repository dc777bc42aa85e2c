package skypost.mail.send;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.RelaySettings;

/**
 * What sending needs of the directory, remembered for a moment, so that a batch reads it once.
 * Thread safe.
 */
public final class RememberedDirectory {
  private static final Duration REMEMBERED = Duration.ofSeconds(10);
  private static final int MAX_REMEMBERED = 10_000;

  private final Directory directory;
  private final Clock clock;
  private final Map<String, Remembered<Optional<Domain>>> domains = new ConcurrentHashMap<>();
  private volatile Remembered<Optional<RelaySettings>> relay;

  private record Remembered<T>(T value, Instant until) {}

  public RememberedDirectory(Directory directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /** Whether a destination is a domain that we relay for; then with its settings. */
  Optional<Domain> relayed(String destination) throws IOException {
    return domain(destination).filter(domain -> domain.kind() == Domain.Kind.RELAY);
  }

  private Optional<Domain> domain(String name) throws IOException {
    if (name.startsWith("[")) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Remembered<Optional<Domain>> known = domains.get(name);
    if (known == null || known.until().isBefore(now)) {
      if (domains.size() >= MAX_REMEMBERED) {
        domains.clear();
      }
      known = new Remembered<>(directory.domain(name), now.plus(REMEMBERED));
      domains.put(name, known);
    }
    return known.value();
  }

  /** The relay settings; empty when none were ever put. */
  Optional<RelaySettings> relay() throws IOException {
    Instant now = clock.instant();
    Remembered<Optional<RelaySettings>> known = relay;
    if (known == null || known.until().isBefore(now)) {
      known = new Remembered<>(directory.relay(), now.plus(REMEMBERED));
      relay = known;
    }
    return known.value();
  }
}
