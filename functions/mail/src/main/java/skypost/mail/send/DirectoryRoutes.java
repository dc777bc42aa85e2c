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
import skypost.mail.directory.HostPort;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.RetryRule;
import skypost.mail.directory.SmartHosts;
import skypost.mail.dns.Exchangers;
import skypost.mail.dns.MailExchangers;
import skypost.protocol.address.EmailAddress;

/**
 * Routes as the administrator has set them: a relay domain goes to its primary, or else to its MX
 * without us; all else goes to the smart host of its sender's domain or the one for all, or else to
 * its MX. Settings are remembered for a moment, so that a batch reads them once.
 */
public final class DirectoryRoutes implements Routes {
  private static final Duration REMEMBERED = Duration.ofSeconds(10);
  private static final int MAX_REMEMBERED = 10_000;

  private final Directory directory;
  private final MailExchangers exchangers;
  private final Optional<HostPort> smartHost;
  private final int port;
  private final Clock clock;
  private final Map<String, Remembered<Optional<Domain>>> domains = new ConcurrentHashMap<>();
  private volatile Remembered<Optional<RelaySettings>> settings;

  private record Remembered<T>(T value, Instant until) {}

  /**
   * @param smartHost where the directory's relay settings name none for a sender
   * @param port of exchangers found through MX; 25 but in tests
   */
  public DirectoryRoutes(
      Directory directory,
      MailExchangers exchangers,
      Optional<HostPort> smartHost,
      int port,
      Clock clock) {
    this.directory = directory;
    this.exchangers = exchangers;
    this.smartHost = smartHost;
    this.port = port;
    this.clock = clock;
  }

  @Override
  public Exchangers to(String destination, Optional<EmailAddress> sender) throws IOException {
    Optional<Domain> relayed =
        domain(destination).filter(domain -> domain.kind() == Domain.Kind.RELAY);
    if (relayed.isPresent()) {
      Optional<HostPort> primary = relayed.get().primary();
      return primary.isPresent()
          ? exchangers.host(primary.get().host(), primary.get().port())
          : exchangers.find(destination, port);
    }
    Optional<HostPort> smart = smartHosts().of(sender).or(() -> smartHost);
    return smart.isPresent()
        ? exchangers.host(smart.get().host(), smart.get().port())
        : exchangers.find(destination, port);
  }

  private Optional<Domain> domain(String name) throws IOException {
    if (name.startsWith("[")) {
      return Optional.empty();
    }
    Remembered<Optional<Domain>> known = domains.get(name);
    return isFresh(known) ? known.value() : readDomain(name);
  }

  /** One at a time, so that of a batch that begins at once the first reads for all. */
  private synchronized Optional<Domain> readDomain(String name) throws IOException {
    Remembered<Optional<Domain>> known = domains.get(name);
    if (!isFresh(known)) {
      if (domains.size() >= MAX_REMEMBERED) {
        domains.clear();
      }
      known = new Remembered<>(directory.domain(name), clock.instant().plus(REMEMBERED));
      domains.put(name, known);
    }
    return known.value();
  }

  private boolean isFresh(Remembered<?> known) {
    return known != null && known.until().isAfter(clock.instant());
  }

  private SmartHosts smartHosts() throws IOException {
    return settings().map(RelaySettings::smartHosts).orElse(SmartHosts.NONE);
  }

  /**
   * Schedules as the administrator has set them, by the settings that this remembers. Mail for a
   * relay domain is held for longer than other mail.
   *
   * @param standard where he has set none
   */
  public RetrySchedules schedules(RetrySchedule standard) {
    return destination -> {
      Optional<RetryRule> rule = settings().flatMap(set -> set.retryRule(destination));
      boolean isRelayed =
          domain(destination).filter(domain -> domain.kind() == Domain.Kind.RELAY).isPresent();
      RetrySchedule usual = isRelayed ? standard.lasting(RetrySchedule.RELAY_AGE) : standard;
      return rule.map(usual::with).orElse(usual);
    };
  }

  private Optional<RelaySettings> settings() throws IOException {
    Remembered<Optional<RelaySettings>> known = settings;
    return isFresh(known) ? known.value() : readSettings();
  }

  private synchronized Optional<RelaySettings> readSettings() throws IOException {
    if (!isFresh(settings)) {
      settings = new Remembered<>(directory.relay(), clock.instant().plus(REMEMBERED));
    }
    return settings.value();
  }
}
