package skypost.api;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.ManageRelay;
import skypost.mail.directory.AddressPattern;
import skypost.mail.directory.DnsList;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelayRule;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.RetryRule;
import skypost.mail.directory.Screening;
import skypost.mail.directory.SmartHosts;
import skypost.protocol.address.Domains;
import skypost.protocol.address.EmailAddress;

/** Relay settings as an administrator writes them. */
final class RelayMembers {
  static final Set<String> ALL =
      Set.of(
          "trustedNetworks",
          "smartHost",
          "smartHosts",
          "rules",
          "retries",
          "suppressions",
          "dnsLists",
          "greylisting");

  private static final Set<String> SMART_HOSTS = Set.of("default", "domains");
  private static final Set<String> RULE = Set.of("name", "user", "domain", "as", "to", "action");
  private static final Set<String> DNS_LISTS = Set.of("lists", "threshold");
  private static final Set<String> DNS_LIST = Set.of("zone", "answers", "weight");
  private static final String ANSWER = "an address or a network in 127.0.0.0/8";
  private static final int LOOPBACK_PREFIX = 8;
  private static final int MAX_DNS_LISTS = 20; // each is a question for each new client
  private static final int MAX_ANSWERS = 50;
  private static final int MAX_WEIGHT = 1000;
  private static final int SMTP_PORT = 25;
  private static final int MAX_NETWORKS = 1000;
  private static final int MAX_SMART_HOSTS = 1000;
  private static final int MAX_NAME = 100;
  private static final String HOST_PORT = "host:port";
  private static final String PATTERN =
      "an address or a domain; an asterisk stands for whole labels";

  private static final String DOMAINS = "a domain; an asterisk stands for whole labels";
  private static final Set<String> RETRY = Set.of("to", "retrySchedule", "maxAge");
  private static final int MAX_RETRIES = 500;

  private RelayMembers() {}

  /** Reads settings; what is wrong stays with the members. */
  static RelaySettings read(Members members) {
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
        networks, smartHosts(members), rules, retries, suppressions(members), screening(members));
  }

  private static Screening screening(Members members) {
    Members dnsLists = members.object("dnsLists", DNS_LISTS);
    List<DnsList> lists = new ArrayList<>();
    Set<String> zones = new HashSet<>();
    for (Members list : dnsLists.objects("lists", MAX_DNS_LISTS, DNS_LIST)) {
      Optional<String> zone = list.parsed("zone", "a domain name", RelayMembers::domain);
      List<Network> answers = list.list("answers", ANSWER, MAX_ANSWERS, RelayMembers::answer);
      int weight = (int) list.number("weight", -MAX_WEIGHT, MAX_WEIGHT, 1);
      list.required("zone");
      if (weight == 0) {
        list.error("weight", "0 would make no difference");
      }
      if (zone.isPresent() && !zones.add(zone.get() + " " + answers)) {
        list.error("zone", "is in the list already, for the same answers");
      }
      zone.ifPresent(name -> lists.add(new DnsList(name, answers, weight)));
    }
    int threshold = (int) dnsLists.number("threshold", 1, MAX_WEIGHT, 1);
    if (dnsLists.has("threshold") && !dnsLists.has("lists")) {
      dnsLists.error("lists", "is required where there is a threshold");
    }
    return new Screening(lists, threshold, members.flag("greylisting", false));
  }

  /** Lists answer in 127.0.0.0/8 (RFC 5782 section 2.3). */
  private static Optional<Network> answer(String text) {
    return Network.parse(text)
        .filter(network -> text.startsWith("127.") && network.prefix() >= LOOPBACK_PREFIX);
  }

  private static Map<String, Duration> suppressions(Members members) {
    return members.map(
        "suppressions",
        new Members.Form<>("a domain name", RelayMembers::domain),
        new Members.Form<>(Durations.FORM, Durations::days),
        MAX_SMART_HOSTS);
  }

  private static SmartHosts smartHosts(Members members) {
    Optional<HostPort> smartHost = members.parsed("smartHost", HOST_PORT, RelayMembers::hostPort);
    Members smartHosts = members.object("smartHosts", SMART_HOSTS);
    Optional<HostPort> standard = smartHosts.parsed("default", HOST_PORT, RelayMembers::hostPort);
    if (smartHost.isPresent() && standard.isPresent() && !smartHost.equals(standard)) {
      smartHosts.error("default", "not " + smartHost.get() + ", as smartHost says; it is the same");
    }
    Map<String, HostPort> domains =
        smartHosts.map(
            "domains",
            new Members.Form<>("a domain name", RelayMembers::domain),
            new Members.Form<>(HOST_PORT, RelayMembers::hostPort),
            MAX_SMART_HOSTS);
    return new SmartHosts(smartHost.or(() -> standard), domains);
  }

  private static Optional<HostPort> hostPort(String text) {
    return HostPort.parse(text, SMTP_PORT);
  }

  private static Optional<String> domain(String text) {
    return Domains.parse(text).filter(domain -> !domain.startsWith("["));
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

  /**
   * The settings that a merge patch is applied to. The default smart host has two names; the one
   * that the patch does not use steps back, or the two would contradict each other.
   */
  static Map<String, Object> beforePatch(Map<String, Object> shown, Members patch) {
    Map<String, Object> present = new LinkedHashMap<>(shown);
    Map<String, Object> smartHosts = new LinkedHashMap<>();
    if (present.get("smartHosts") instanceof Map<?, ?> both) {
      both.forEach((name, value) -> smartHosts.put((String) name, value));
    }
    Object standard = present.remove("smartHost");
    smartHosts.remove("default");
    boolean byDefault = patch.object("smartHosts", SMART_HOSTS).mentions("default");
    if (standard != null && byDefault) {
      smartHosts.put("default", standard);
    } else if (standard != null) {
      present.put("smartHost", standard);
    }
    present.put("smartHosts", smartHosts);
    return present;
  }
}
