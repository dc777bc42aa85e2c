package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import skypost.mail.auth.spf.SpfCheck;
import skypost.mail.directory.Directory;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SmartHost;
import skypost.mail.dns.Lookups.Found;
import skypost.mail.dns.PublishedRecords;
import skypost.mail.guidance.AdviseDns;
import skypost.mail.guidance.CheckDns;
import skypost.mail.guidance.DnsAdvice;
import skypost.mail.guidance.Finding;
import skypost.mail.guidance.OutboundHost;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.SigningPair;
import skypost.mail.signing.SigningPair.State;
import skypost.mail.tlspolicy.PolicyFiles;
import skypost.mail.tlspolicy.StsPolicy;
import skypost.protocol.address.EmailAddress;

/** Tells what a domain should publish in the DNS, and checks what it has published. */
public final class AdviseDomain {
  private final Ports ports;
  private final OutboundHost host;
  private final RelaySettings fallback;
  private final Clock clock;

  /**
   * What it works on.
   *
   * @param dns made for each check: what it has heard is not kept
   * @param policies where MTA-STS policies are published
   */
  public record Ports(
      Directory directory,
      ManageSigningKeys keys,
      Supplier<PublishedRecords> dns,
      PolicyFiles policies) {}

  /**
   * @param fallback what holds until relay settings are put
   */
  public AdviseDomain(Ports ports, OutboundHost host, RelaySettings fallback, Clock clock) {
    this.ports = ports;
    this.host = host;
    this.fallback = fallback;
    this.clock = clock;
  }

  /**
   * Advice, and what a change of the DNS must leave as it is.
   *
   * @param others texts at the domain's own name that are not of SPF; empty when it cannot be told
   */
  public record Advised(DnsAdvice advice, Optional<List<String>> others) {}

  /** What to publish. */
  public Outcome<Advised> advise(String domain) throws IOException {
    return switch (ports.keys().list(domain)) {
      case Outcome.Done<DomainKeys>(DomainKeys keys) ->
          new Outcome.Done<>(
              new Advised(
                  new AdviseDns(host).advise(subject(keys), clock.instant()), others(domain)));
      default -> new Outcome.Missing<>("domain " + domain);
    };
  }

  /** The MTA-STS policy to be served for a domain (RFC 8461 section 3.3). */
  public Outcome<StsPolicy> policy(String domain) throws IOException {
    return ports.directory().domain(domain).isPresent()
        ? new Outcome.Done<>(new AdviseDns(host).policy())
        : new Outcome.Missing<>("policy of " + domain);
  }

  private Optional<List<String>> others(String domain) {
    return switch (ports.dns().get().texts(domain)) {
      case Found.Records<String>(List<String> texts) ->
          Optional.of(texts.stream().filter(text -> !SpfCheck.isRecord(text)).toList());
      case Found.NoSuchName<String>() -> Optional.of(List.of());
      case Found.Unknown<String> ignored -> Optional.empty();
    };
  }

  private AdviseDns.Subject subject(DomainKeys keys) throws IOException {
    RelaySettings relay = ports.directory().relay().orElse(fallback);
    Optional<HostPort> smartHost =
        relay
            .smartHosts()
            .of(Optional.of(new EmailAddress("postmaster", keys.domain())))
            .map(SmartHost::server);
    return new AdviseDns.Subject(keys, smartHost);
  }

  /**
   * What a check has shown.
   *
   * @param activated pairs that were found published and sign from now on
   */
  public record Checked(List<Finding> findings, List<String> activated) {}

  /** Checks what is published; the newest pair that waits and is published becomes active. */
  public Outcome<Checked> check(String domain) throws IOException {
    if (!(ports.keys().list(domain) instanceof Outcome.Done<DomainKeys>(DomainKeys keys))) {
      return new Outcome.Missing<>("domain " + domain);
    }
    CheckDns check = check();
    List<String> activated = new ArrayList<>();
    for (SigningPair pair : keys.pairs().reversed()) {
      if (activated.isEmpty()
          && pair.state() instanceof State.Pending
          && check.isPublished(domain, pair)
          && ports.keys().activate(domain, pair.id()) instanceof Outcome.Done<SigningPair>) {
        activated.add(pair.id());
      }
    }
    DomainKeys now =
        ports.keys().list(domain) instanceof Outcome.Done<DomainKeys>(DomainKeys changed)
            ? changed
            : keys;
    AdviseDns.Subject subject = subject(now);
    DnsAdvice advice = new AdviseDns(host).advise(subject, clock.instant());
    return new Outcome.Done<>(new Checked(check.check(subject, advice), activated));
  }

  /** Whether both records of a pair are published. */
  public boolean isPublished(String domain, SigningPair pair) {
    return check().isPublished(domain, pair);
  }

  private CheckDns check() {
    return new CheckDns(ports.dns().get(), ports.policies(), host);
  }
}
