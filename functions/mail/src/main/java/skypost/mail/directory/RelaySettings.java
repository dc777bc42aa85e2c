package skypost.mail.directory;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import skypost.protocol.address.EmailAddress;

/**
 * Whom we relay for besides logged-in users, which of their mail, and through whom.
 *
 * @param trustedNetworks clients that may send anywhere without login
 * @param smartHosts where outbound mail goes instead of to the MX of its domain
 * @param rules exceptions, in the order in which they are tried
 * @param retries how often and how long destinations are tried, the first that fits
 * @param suppressions by the domain of the sender, how long an address is written to no more after
 *     mail to it failed for good; a domain that is not in it writes to everybody
 */
public record RelaySettings(
    List<Network> trustedNetworks,
    SmartHosts smartHosts,
    List<RelayRule> rules,
    List<RetryRule> retries,
    Map<String, Duration> suppressions) {
  /** Loopback only: nobody else's mail is relayed. */
  public static final RelaySettings DEFAULT =
      new RelaySettings(
          List.of(Network.of("127.0.0.0/8"), Network.of("::1/128")), Optional.empty());

  public RelaySettings {
    trustedNetworks = List.copyOf(trustedNetworks);
    rules = List.copyOf(rules);
    retries = List.copyOf(retries);
    suppressions = Collections.unmodifiableMap(new TreeMap<>(suppressions)); // in one order
  }

  /** Where nothing is suppressed. */
  public RelaySettings(
      List<Network> trustedNetworks,
      SmartHosts smartHosts,
      List<RelayRule> rules,
      List<RetryRule> retries) {
    this(trustedNetworks, smartHosts, rules, retries, Map.of());
  }

  /** And every destination is tried as the installation's settings say. */
  public RelaySettings(
      List<Network> trustedNetworks, SmartHosts smartHosts, List<RelayRule> rules) {
    this(trustedNetworks, smartHosts, rules, List.of());
  }

  /** Without rules, and one smart host at most for everybody. */
  public RelaySettings(List<Network> trustedNetworks, Optional<SmartHost> smartHost) {
    var smartHosts = new SmartHosts(smartHost, SmartHosts.NONE.domains());
    this(trustedNetworks, smartHosts, List.of(), List.of());
  }

  /** How mail for a destination is tried; empty: as the installation's settings say. */
  public Optional<RetryRule> retryRule(String destination) {
    return retries.stream().filter(rule -> rule.to().matchesDomain(destination)).findFirst();
  }

  /** Whether a client's address lies in a trusted network. */
  public boolean trusts(String client) {
    return trustedNetworks.stream().anyMatch(network -> network.contains(client));
  }

  /** How long an address that this sender's mail failed at is suppressed; empty: not at all. */
  public Optional<Duration> suppression(Optional<EmailAddress> sender) {
    return sender.map(EmailAddress::canonical).map(EmailAddress::domain).map(suppressions::get);
  }

  /** The rule that decides whether the login may write as this sender; empty: none does. */
  public Optional<RelayRule> senderRule(RelayRule.Mail mail) {
    return rules.stream().filter(rule -> rule.isAboutSender() && rule.fits(mail)).findFirst();
  }

  /** The rule that decides whether mail may go to this recipient; empty: none does. */
  public Optional<RelayRule> destinationRule(RelayRule.Mail mail) {
    return rules.stream().filter(rule -> !rule.isAboutSender() && rule.fits(mail)).findFirst();
  }
}
