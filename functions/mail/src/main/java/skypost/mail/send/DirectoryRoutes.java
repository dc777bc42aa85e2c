package skypost.mail.send;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SmartHosts;
import skypost.mail.dns.Exchangers;
import skypost.mail.dns.MailExchangers;
import skypost.mail.tlspolicy.TlsPolicies;
import skypost.mail.tlspolicy.TlsWish;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Peer;

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
  private final Outbound outbound;
  private final Clock clock;
  private final Map<String, Remembered<Optional<Domain>>> domains = new ConcurrentHashMap<>();
  private volatile Remembered<SmartHosts> smartHosts;

  private record Remembered<T>(T value, Instant until) {}

  /**
   * How mail leaves, as far as the directory does not say otherwise.
   *
   * @param smartHost where the directory's relay settings name none for a sender
   * @param port of exchangers found through MX; 25 but in tests
   * @param tls decides what TLS must be
   */
  public record Outbound(Optional<HostPort> smartHost, int port, TlsPolicies tls) {}

  public DirectoryRoutes(
      Directory directory, MailExchangers exchangers, Outbound outbound, Clock clock) {
    this.directory = directory;
    this.exchangers = exchangers;
    this.outbound = outbound;
    this.clock = clock;
  }

  @Override
  public Route to(String destination, Optional<EmailAddress> sender, TlsWish wish)
      throws IOException {
    Optional<Domain> relayed =
        domain(destination).filter(domain -> domain.kind() == Domain.Kind.RELAY);
    Optional<HostPort> named =
        relayed.isPresent()
            ? relayed.get().primary()
            : smartHosts().of(sender).or(outbound::smartHost);
    Exchangers found =
        named.isPresent()
            ? exchangers.host(named.get().host(), named.get().port())
            : exchangers.find(destination, outbound.port());
    return switch (found) {
      case Exchangers.Never(SmtpReply reply) -> new Route.Never(reply);
      case Exchangers.Later(SmtpReply reply) -> new Route.Later(reply);
      case Exchangers.Found(List<Peer> peers) ->
          Route.as(
              named.isPresent()
                  ? outbound.tls().named(peers, wish)
                  : outbound.tls().exchangers(destination, peers, wish));
    };
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

  private SmartHosts smartHosts() throws IOException {
    Instant now = clock.instant();
    Remembered<SmartHosts> known = smartHosts;
    if (known == null || known.until().isBefore(now)) {
      SmartHosts read = directory.relay().map(RelaySettings::smartHosts).orElse(SmartHosts.NONE);
      known = new Remembered<>(read, now.plus(REMEMBERED));
      smartHosts = known;
    }
    return known.value();
  }
}
