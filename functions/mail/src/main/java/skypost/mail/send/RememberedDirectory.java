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
  private final Map<String, Memory<Optional<Domain>>> domains = new ConcurrentHashMap<>();
  private final Memory<Optional<RelaySettings>> relay = new Memory<>();

  /** Reads what is not remembered. */
  @FunctionalInterface
  private interface Reader<T> {
    T read() throws IOException;
  }

  /** One thing. Of many that want it at once one reads it, and the others wait for that. */
  private static final class Memory<T> {
    private T value;
    private Instant until = Instant.MIN;

    synchronized T get(Instant now, Reader<T> reader) throws IOException {
      if (until.isBefore(now)) {
        value = reader.read();
        until = now.plus(REMEMBERED);
      }
      return value;
    }

    synchronized void forget() {
      until = Instant.MIN;
    }
  }

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
    if (domains.size() >= MAX_REMEMBERED) {
      domains.clear();
    }
    return domains
        .computeIfAbsent(name, _ -> new Memory<>())
        .get(clock.instant(), () -> directory.domain(name));
  }

  /** The relay settings; empty when none were ever put. */
  Optional<RelaySettings> relay() throws IOException {
    return relay.get(clock.instant(), directory::relay);
  }

  /** Has the relay settings read anew. */
  void forgetRelay() {
    relay.forget();
  }
}
