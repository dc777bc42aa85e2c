package skypost.mail.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import skypost.mail.authorize.AuthorizeRecipients;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.Account;
import skypost.mail.directory.AddressPattern;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Page;
import skypost.mail.directory.RelayJson;
import skypost.mail.directory.RelayRule;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SmartHost;
import skypost.mail.directory.SmartHostPasswords;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;

/** Shows and sets whom we relay for, and explains a decision before a client meets it. */
public final class ManageRelay {
  /** Rules at most. */
  public static final int MAX_RULES = 500;

  /** Octets of the settings in JSON: a DynamoDB item has 400 KB, and every question reads it. */
  public static final int MAX_OCTETS = 200 * 1024;

  private static final int DOMAINS_AT_ONCE = 1000;
  private static final SmtpReply NO_SUCH_LOGIN =
      SmtpReply.of(535, 7, 8, "authentication failed"); // RFC 4954 section 6

  /** Longer than sending remembers settings, and than an attempt that has begun by them takes. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

  private final AuthorizeRecipients.Ports ports;
  private final SmartHostPasswords passwords;
  private final Directory directory;
  private final RelaySettings defaults;
  private final Clock clock;
  private final RandomGenerator random;

  /**
   * What it works on.
   *
   * @param authorize what relay rules are explained with
   * @param passwords where those of smart hosts are put
   */
  public record Ports(AuthorizeRecipients.Ports authorize, SmartHostPasswords passwords) {}

  /**
   * @param defaults what holds until settings are put
   * @param random for ids of passwords
   */
  public ManageRelay(Ports ports, RelaySettings defaults, Clock clock, RandomGenerator random) {
    this.ports = ports.authorize();
    this.passwords = ports.passwords();
    this.directory = this.ports.directory();
    this.defaults = defaults;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Settings as somebody saw them, to be handed in with a change.
   *
   * @param settings what held
   * @param put what had been put; empty: the settings are the installation's
   */
  public record Seen(RelaySettings settings, Optional<RelaySettings> put) {
    /** Changes with every change of the settings. */
    public String version() {
      return RelayJson.version(settings);
    }
  }

  /** What holds now. */
  public Seen look() throws IOException {
    Optional<RelaySettings> put = directory.relay();
    return new Seen(put.orElse(defaults), put);
  }

  /** For a change of what was seen. */
  public SmartHostLogins logins(Seen seen) {
    return new SmartHostLogins(seen.settings(), random);
  }

  /**
   * Replaces the settings unless somebody else has changed them since they were seen.
   *
   * @param logins that the settings were made with
   */
  public Outcome<RelaySettings> replace(Seen seen, RelaySettings settings, SmartHostLogins logins)
      throws IOException {
    Optional<Outcome<RelaySettings>> refusal = check(settings);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    // First the passwords, so that no settings ever name one that is not there
    Set<String> named = secrets(settings);
    for (var password : logins.added().entrySet()) {
      if (named.contains(password.getKey())) {
        passwords.put(password.getKey(), password.getValue());
      }
    }
    boolean replaced = directory.replaceRelay(seen.put(), settings);
    if (replaced) {
      forget(secrets(seen.settings()), named);
      return new Outcome.Done<>(settings);
    }
    // What holds now may name them all the same: others may have changed what we did write.
    forget(logins.added().keySet(), secrets(look().settings()));
    return new Outcome.Conflict<>(
        "somebody else has just changed the relay settings: read them again");
  }

  private static Set<String> secrets(RelaySettings settings) {
    return settings.smartHosts().all().stream()
        .flatMap(host -> host.login().stream())
        .map(SmartHost.Login::secret)
        .filter(secret -> !secret.equals(SmartHost.Login.OF_SETTING))
        .collect(Collectors.toSet());
  }

  /** What cannot be forgotten now is named by no settings any more, and so of no use. */
  private void forget(Set<String> before, Set<String> after) {
    for (String secret : before) {
      try {
        if (!after.contains(secret)) {
          passwords.forget(secret, clock.instant().plus(FORGOTTEN_AFTER));
        }
      } catch (IOException fault) {
        EventLog.warn("smart-host-password-left").cause(fault).write();
      }
    }
  }

  private Optional<Outcome<RelaySettings>> check(RelaySettings settings) throws IOException {
    int octets = RelayJson.string(settings).getBytes(StandardCharsets.UTF_8).length;
    if (settings.rules().size() > MAX_RULES) {
      return Optional.of(new Outcome.Invalid<>("rules", "more than " + MAX_RULES));
    }
    if (octets > MAX_OCTETS) {
      return Optional.of(
          new Outcome.Invalid<>(
              "rules", "the settings have " + octets + " octets, more than " + MAX_OCTETS));
    }
    return checkRules(settings.rules());
  }

  private Optional<Outcome<RelaySettings>> checkRules(List<RelayRule> rules) throws IOException {
    Set<String> names = new HashSet<>();
    Set<String> local = rules.stream().anyMatch(ManageRelay::namesADomain) ? local() : Set.of();
    for (int i = 0; i < rules.size(); i++) {
      RelayRule rule = rules.get(i);
      if (!names.add(rule.name())) {
        return Optional.of(
            new Outcome.Invalid<>(
                "rules[" + i + "].name", "another rule is called so: " + rule.name()));
      }
      if (namesADomain(rule) && local.contains(rule.to().orElseThrow().domain())) {
        return Optional.of(
            new Outcome.Invalid<>(
                "rules[" + i + "].to",
                "a local domain: rules are about mail to others than our own users"));
      }
    }
    return Optional.empty();
  }

  private static boolean namesADomain(RelayRule rule) {
    return !rule.isAboutSender() && rule.to().flatMap(AddressPattern::onlyDomain).isPresent();
  }

  private Set<String> local() throws IOException {
    Set<String> names = new HashSet<>();
    Optional<String> next = Optional.empty();
    do {
      Page<Domain> page = directory.domains(DOMAINS_AT_ONCE, next);
      page.items().stream()
          .filter(domain -> domain.kind() == Domain.Kind.LOCAL)
          .forEach(domain -> names.add(domain.name()));
      next = page.next();
    } while (next.isPresent());
    return names;
  }

  /** Back to what holds when nobody has set anything. */
  public void reset() throws IOException {
    RelaySettings before = look().settings();
    directory.putRelay(defaults);
    forget(secrets(before), secrets(defaults));
  }

  /**
   * What a client would be told. Where a primary must be called ahead, it is called.
   *
   * @param client its IP address
   * @param login the user it has logged in as; that makes it a submission
   * @param from the reverse-path
   * @param to the recipient
   */
  public RecipientAnswer explain(
      String client, Optional<EmailAddress> login, Optional<EmailAddress> from, EmailAddress to)
      throws IOException {
    Optional<EmailAddress> user = login.map(EmailAddress::canonical);
    if (user.isPresent()
        && directory.account(user.get()).filter(Account.User.class::isInstance).isEmpty()) {
      return new RecipientAnswer(false, NO_SUCH_LOGIN, "login-refused");
    }
    // A new one each time: it remembers domains for a while, and an administrator wants the answer
    // of this moment.
    AuthorizeRecipients rules = new AuthorizeRecipients(ports, defaults, clock);
    Service service = user.isPresent() ? Service.SUBMISSION : Service.INBOUND;
    return rules
        .decide(new RecipientsQuestion(service, client, "", user, from, 0, List.of(to)))
        .getFirst();
  }
}
