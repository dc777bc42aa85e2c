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
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Peer;
import skypost.protocol.smtp.client.TlsDemand;

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
   * @param tls what is demanded of servers for which nobody demands more
   */
  public record Outbound(SmartHostWays smartHosts, int port, TlsDemand tls) {}

  public DirectoryRoutes(
      RememberedDirectory directory, MailExchangers exchangers, Outbound outbound) {
    this.directory = directory;
    this.exchangers = exchangers;
    this.outbound = outbound;
  }

  @Override
  public Route to(String destination, Optional<EmailAddress> sender, Optional<HostPort> chosen)
      throws IOException {
    if (chosen.isPresent()) {
      Optional<SmartHost> known = smartHost(chosen.get());
      return known.isPresent()
          ? through(known.get())
          : Route.to(found(chosen.get()), outbound.tls());
    }
    Optional<Domain> relayed = directory.relayed(destination);
    Optional<SmartHost> smartHost =
        relayed.isPresent()
            ? Optional.empty()
            : smartHosts().of(sender).or(outbound.smartHosts()::standard);
    if (smartHost.isPresent()) {
      return through(smartHost.get());
    }
    Optional<HostPort> primary = relayed.flatMap(Domain::primary);
    return Route.to(
        primary.isPresent() ? found(primary.get()) : exchangers.find(destination, outbound.port()),
        outbound.tls());
  }

  @Override
  public void forget() {
    directory.forgetRelay();
  }

  private Exchangers found(HostPort server) {
    return exchangers.host(server.host(), server.port());
  }

  private Route through(SmartHost host) throws IOException {
    return switch (found(host.server())) {
      case Exchangers.Found(List<Peer> peers) ->
          outbound
              .smartHosts()
              .route(
                  host, peers, peers.stream().map(peer -> new Hop(peer, outbound.tls())).toList());
      case Exchangers.Never(SmtpReply reply) -> new Route.Never(reply);
      case Exchangers.Later(SmtpReply reply) -> new Route.Later(reply);
    };
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
