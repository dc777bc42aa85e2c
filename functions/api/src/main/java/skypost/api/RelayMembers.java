package skypost.api;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.ManageRelay;
import skypost.mail.admin.SmartHostLogins;
import skypost.mail.directory.AddressPattern;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelayRule;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.RetryRule;
import skypost.protocol.address.EmailAddress;

/** Relay settings as an administrator writes them. */
final class RelayMembers {
  static final Set<String> ALL =
      Set.of("trustedNetworks", "smartHost", "smartHosts", "rules", "retries", "suppressions");

  private static final Set<String> RULE = Set.of("name", "user", "domain", "as", "to", "action");
  private static final int MAX_NETWORKS = 1000;
  private static final int MAX_SUPPRESSIONS = 1000;
  private static final int MAX_NAME = 100;
  private static final String PATTERN =
      "an address or a domain; an asterisk stands for whole labels";

  private static final String DOMAINS = "a domain; an asterisk stands for whole labels";
  private static final Set<String> RETRY = Set.of("to", "retrySchedule", "maxAge");
  private static final int MAX_RETRIES = 500;

  private RelayMembers() {}

  /**
   * Reads settings; what is wrong stays with the members.
   *
   * @param logins keeps passwords that are left out
   */
  static RelaySettings read(Members members, SmartHostLogins logins) {
    List<Network> networks =
        members.has("trustedNetworks")
            ? members.list(
                "trustedNetworks", "a network such as 192.0.2.0/24", MAX_NETWORKS, Network::parse)
            : RelaySettings.DEFAULT.trustedNetworks();
    if (networks.stream().anyMatch(network -> network.prefix() == 0)) {
      members.error("trustedNetworks", "to trust everybody would make an open relay");
    }
    List<RelayRule> rules = new ArrayList<>();
    for (Members rule : members.objects("rules", ManageRelay.MAX_RULES, RULE)) {
      rule(rule).ifPresent(rules::add);
    }
    List<RetryRule> retries = new ArrayList<>();
    for (Members retry : members.objects("retries", MAX_RETRIES, RETRY)) {
      retry(retry).ifPresent(retries::add);
    }
    return new RelaySettings(
        networks,
        new SmartHostMembers(logins).read(members),
        rules,
        retries,
        suppressions(members));
  }

  private static Map<String, Duration> suppressions(Members members) {
    return members.map(
        "suppressions",
        new Members.Form<>("a domain name", SmartHostMembers::domain),
        new Members.Form<>(Durations.FORM, Durations::days),
        MAX_SUPPRESSIONS);
  }

  private static Optional<RelayRule> rule(Members rule) {
    Optional<String> name =
        rule.parsed(
            "name",
            "1 to " + MAX_NAME + " printable characters",
            text -> Optional.of(text).filter(RelayMembers::isName));
    Optional<EmailAddress> user = rule.parsed("user", "an e-mail address", EmailAddress::parse);
    Optional<AddressPattern> domain = rule.parsed("domain", DOMAINS, RelayMembers::domains);
    Optional<AddressPattern> as = rule.parsed("as", PATTERN, AddressPattern::parse);
    Optional<AddressPattern> to = rule.parsed("to", PATTERN, AddressPattern::parse);
    RelayRule.Action action = rule.choice("action", RelayRule.Action.class, RelayRule.Action.DENY);
    rule.required("name");
    rule.required("action"); // nobody should have to guess whether a rule allows
    if (rule.has("as") && !rule.has("user")) {
      rule.error("as", "needs the user who may, or may not, write so");
    }
    if (rule.has("as") && rule.has("domain")) {
      rule.error("domain", "the sender is given by \"as\" already");
    }
    return name.isEmpty() || (as.isPresent() && user.isEmpty())
        ? Optional.empty()
        : Optional.of(new RelayRule(name.get(), user, domain, as, to, action));
  }

  private static Optional<RetryRule> retry(Members retry) {
    Optional<AddressPattern> to = retry.parsed("to", DOMAINS, RelayMembers::domains);
    List<Duration> waits =
        retry.list(
            "retrySchedule",
            "a duration such as PT5M, not negative and a year at most",
            RetryRule.MAX_WAITS,
            RelayMembers::duration);
    Optional<Duration> maxAge =
        retry.parsed("maxAge", "a duration such as P5D, a year at most", RelayMembers::duration);
    retry.required("to");
    if (waits.isEmpty() && maxAge.isEmpty()) {
      retry.errorUnlessRefused("retrySchedule", "is required where there is no maxAge");
    }
    if (!waits.isEmpty() && waits.getLast().isZero() && maxAge.isPresent()) {
      retry.error("retrySchedule", "its last wait is repeated until maxAge, and so is not zero");
    }
    if (maxAge.filter(Duration::isZero).isPresent()) {
      retry.error("maxAge", "nothing would be tried");
    }
    return to.map(pattern -> new RetryRule(pattern, waits, maxAge));
  }

  private static Optional<Duration> duration(String text) {
    try {
      return Optional.of(Duration.parse(text))
          .filter(duration -> !duration.isNegative() && duration.compareTo(RetryRule.LONGEST) <= 0);
    } catch (DateTimeParseException malformed) {
      return Optional.empty();
    }
  }

  private static Optional<AddressPattern> domains(String text) {
    return AddressPattern.parse(text).filter(_ -> text.indexOf('@') < 0);
  }

  private static boolean isName(String text) {
    return !text.isBlank()
        && text.length() <= MAX_NAME
        && text.codePoints().noneMatch(Character::isISOControl);
  }
}
