package skypost.mail.send;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.RetryRule;
import skypost.mail.directory.SmartHosts;
import skypost.mail.dns.Exchangers;
import skypost.mail.dns.MailExchangers;
import skypost.mail.tlspolicy.TlsPolicies;
import skypost.mail.tlspolicy.TlsWish;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;
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
   * @param smartHost where the directory's relay settings name none for a sender
   * @param port of exchangers found through MX; 25 but in tests
   * @param tls decides what TLS must be
   */
  public record Outbound(Optional<HostPort> smartHost, int port, TlsPolicies tls) {}

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
    Optional<HostPort> named = chosen.isPresent() ? chosen : named(destination, sender);
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

  private Optional<HostPort> named(String destination, Optional<EmailAddress> sender)
      throws IOException {
    Optional<Domain> relayed = directory.relayed(destination);
    return relayed.isPresent()
        ? relayed.get().primary()
        : smartHosts().of(sender).or(outbound::smartHost);
  }

  private SmartHosts smartHosts() throws IOException {
    return directory.relay().map(RelaySettings::smartHosts).orElse(SmartHosts.NONE);
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
