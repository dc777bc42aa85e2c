package skypost.mail.send;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.RetryRule;
import skypost.mail.directory.SmartHost;
import skypost.mail.directory.SmartHosts;
import skypost.mail.dns.Exchangers;
import skypost.mail.dns.MailExchangers;
import skypost.mail.queue.Destination;
import skypost.mail.tlspolicy.TlsPolicies;
import skypost.mail.tlspolicy.TlsWish;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Peer;

/**
 * Routes as the administrator has set them: where he has chosen a server for an entry, it goes
 * there; a relay domain goes to its primary, or else to its MX without us; all else goes to the
 * smart host of its sender's domain or the one for all, or else to its MX.
 */
public final class DirectoryRoutes implements Routes {
  private final RememberedDirectory directory;
  private final MailExchangers exchangers;
  private final Outbound outbound;

  /**
   * How mail leaves, as far as the directory does not say otherwise.
   *
   * @param smartHosts knows the one for senders for whom the directory names none
   * @param port of exchangers found through MX; 25 but in tests
   * @param tls decides what TLS must be
   */
  public record Outbound(SmartHostWays smartHosts, int port, TlsPolicies tls) {}

  public DirectoryRoutes(
      RememberedDirectory directory, MailExchangers exchangers, Outbound outbound) {
    this.directory = directory;
    this.exchangers = exchangers;
    this.outbound = outbound;
  }

  @Override
  public Route to(
      String destination, Optional<EmailAddress> sender, Optional<HostPort> chosen, TlsWish wish)
      throws IOException {
    if (chosen.isPresent()) {
      Optional<SmartHost> known = smartHost(chosen.get());
      return known.isPresent() ? through(known.get(), wish) : straight(chosen.get(), wish);
    }
    Optional<Domain> relayed = directory.relayed(destination);
    Optional<SmartHost> smartHost =
        relayed.isPresent()
            ? Optional.empty()
            : smartHosts().of(sender).or(outbound.smartHosts()::standard);
    if (smartHost.isPresent()) {
      return through(smartHost.get(), wish);
    }
    Optional<HostPort> primary = relayed.flatMap(Domain::primary);
    return primary.isPresent()
        ? straight(primary.get(), wish)
        : route(
            exchangers.find(destination, outbound.port()),
            peers -> Route.as(outbound.tls().exchangers(destination, peers, wish)));
  }

  @Override
  public String nextHop(String destination, String from) throws IOException {
    SmartHosts hosts = smartHosts();
    Optional<SmartHost> standard = hosts.standard().or(outbound.smartHosts()::standard);
    boolean isStraight = standard.isEmpty() && hosts.domains().isEmpty();
    if (isStraight || directory.relayed(destination).isPresent()) {
      return destination;
    }
    Optional<SmartHost> host = Optional.ofNullable(hosts.domains().get(from)).or(() -> standard);
    return host.map(Destination::through).orElse(destination);
  }

  @Override
  public void forget() {
    directory.forgetRelay();
  }

  /** How it goes on from servers that were found. */
  @FunctionalInterface
  private interface Way {
    Route by(List<Peer> peers) throws IOException;
  }

  private static Route route(Exchangers found, Way way) throws IOException {
    return switch (found) {
      case Exchangers.Never(SmtpReply reply) -> new Route.Never(reply);
      case Exchangers.Later(SmtpReply reply) -> new Route.Later(reply);
      case Exchangers.Found(List<Peer> peers) -> way.by(peers);
    };
  }

  private Route straight(HostPort server, TlsWish wish) throws IOException {
    return route(
        exchangers.host(server.host(), server.port()),
        peers -> Route.as(outbound.tls().named(peers, wish)));
  }

  private Route through(SmartHost host, TlsWish wish) throws IOException {
    Route usual = straight(host.server(), wish);
    return usual instanceof Route.Via(List<Hop> hops, var ignored)
        ? outbound.smartHosts().route(host, hops)
        : usual;
  }

  private SmartHosts smartHosts() throws IOException {
    return directory.relay().map(RelaySettings::smartHosts).orElse(SmartHosts.NONE);
  }

  /** One that is chosen by hand may be a smart host of ours, and wants our login then. */
  private Optional<SmartHost> smartHost(HostPort server) throws IOException {
    return Stream.concat(smartHosts().all().stream(), outbound.smartHosts().standard().stream())
        .filter(host -> host.server().equals(server))
        .findFirst();
  }

  /**
   * Schedules as the administrator has set them. Mail for a relay domain is held for longer than
   * other mail.
   *
   * @param standard where he has set none
   */
  public RetrySchedules schedules(RetrySchedule standard) {
    return destination -> {
      Optional<RetryRule> rule = directory.relay().flatMap(set -> set.retryRule(destination));
      RetrySchedule usual =
          directory.relayed(destination).isPresent()
              ? standard.lasting(RetrySchedule.RELAY_AGE)
              : standard;
      return rule.map(usual::with).orElse(usual);
    };
  }
}
