package skypost.mail.authorize;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.authorize.CheckRelayRecipients.Verdict;
import skypost.mail.directory.Account;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HardBounce;
import skypost.mail.directory.LocalAddresses;
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.Postmaster;
import skypost.mail.directory.RelayRule;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.Suppressions;
import skypost.mail.forward.ReturnPath;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * The relay rules. A recipient is accepted by the first of: a logged-in user who writes as himself
 * or as a rule lets him, a client in a trusted network, a local recipient that exists, a relay
 * domain. Everything else is relay access denied (RFC 5321 section 7.9). What users and trusted
 * clients may send to others than our own users, the administrator's rules decide before that.
 *
 * <p>A recipient in a local domain must exist whoever asks; so must one in a relay domain that has
 * its recipients checked. The sender of mail that we forwarded takes bounces, and nothing else.
 */
public final class AuthorizeRecipients {
  private static final String RELAY_DOMAIN = "relay-domain";
  private static final SmtpReply ACCEPTED = SmtpReply.of(250, 1, 5, "recipient ok");
  private static final SmtpReply LOGIN_REQUIRED =
      SmtpReply.of(530, 7, 0, "authentication required"); // RFC 4954 section 6
  private static final SmtpReply NOT_YOUR_ADDRESS =
      SmtpReply.of(
          553, 7, 1, "the sender address does not belong to this login"); // RFC 6409 section 6.1
  private static final SmtpReply UNKNOWN = SmtpReply.of(550, 1, 1, "no such mailbox here");
  private static final SmtpReply UNKNOWN_BEHIND =
      SmtpReply.of(550, 1, 1, "no such mailbox in this domain");
  private static final SmtpReply FULL =
      SmtpReply.of(452, 2, 2, "the mailbox is full"); // RFC 5321 section 4.2.2
  private static final SmtpReply DOMAIN_FULL =
      SmtpReply.of(452, 2, 2, "the mailboxes of this domain are full");
  private static final SmtpReply DENIED = SmtpReply.of(550, 7, 1, "relay access denied");
  private static final SmtpReply DENIED_BY_RULE =
      SmtpReply.of(550, 7, 1, "mail to this recipient is not allowed");

  private static final SmtpReply FORGED = SmtpReply.of(550, 1, 1, "no such return address here");
  private static final SmtpReply EXPIRED =
      SmtpReply.of(550, 1, 1, "this return address has expired");
  private static final SmtpReply ONLY_REPORTS =
      SmtpReply.of(550, 7, 1, "this address takes only reports, with a null sender");

  private final Directory directory;
  private final CachedDomains domains;
  private final LocalAddresses addresses;
  private final Mailboxes mailboxes;
  private final CheckRelayRecipients relayRecipients;
  private final Suppressions suppressions;
  private final RelaySettings relayDefaults;
  private final ReturnPaths returnPaths;
  private final ScreenClients screen;
  private final DomainQuota quota;
  private final Clock clock;

  /** What it asks. */
  public record Ports(
      Directory directory,
      Mailboxes mailboxes,
      CheckRelayRecipients relayRecipients,
      Suppressions suppressions,
      ReturnPaths returnPaths,
      ScreenClients.Ports screen,
      DomainUsage usage) {
    /** Where domains have no quotas. */
    public Ports(
        Directory directory,
        Mailboxes mailboxes,
        CheckRelayRecipients relayRecipients,
        Suppressions suppressions,
        ReturnPaths returnPaths,
        ScreenClients.Ports screen) {
      this(
          directory,
          mailboxes,
          relayRecipients,
          suppressions,
          returnPaths,
          screen,
          DomainUsage.UNKNOWN);
    }

    /** Where nobody is screened. */
    public Ports(
        Directory directory,
        Mailboxes mailboxes,
        CheckRelayRecipients relayRecipients,
        Suppressions suppressions,
        ReturnPaths returnPaths) {
      this(
          directory,
          mailboxes,
          relayRecipients,
          suppressions,
          returnPaths,
          ScreenClients.Ports.NONE);
    }

    /** Where forwarded mail keeps its sender. */
    public Ports(
        Directory directory,
        Mailboxes mailboxes,
        CheckRelayRecipients relayRecipients,
        Suppressions suppressions) {
      this(directory, mailboxes, relayRecipients, suppressions, ReturnPaths.NONE);
    }
  }

  /**
   * @param relayDefaults what holds until relay settings are put into the directory
   */
  public AuthorizeRecipients(Ports ports, RelaySettings relayDefaults, Clock clock) {
    this.directory = ports.directory();
    this.domains = new CachedDomains(directory, clock);
    this.addresses = new LocalAddresses(directory);
    this.mailboxes = ports.mailboxes();
    this.relayRecipients = ports.relayRecipients();
    this.suppressions = ports.suppressions();
    this.relayDefaults = relayDefaults;
    this.returnPaths = ports.returnPaths();
    this.screen = new ScreenClients(directory, relayDefaults, ports.screen(), clock);
    this.quota = new DomainQuota(ports.usage(), directory, mailboxes, clock);
    this.clock = clock;
  }

  /** Decides on every recipient, in order. */
  public List<RecipientAnswer> decide(RecipientsQuestion question) throws IOException {
    if (question.service() == Service.SUBMISSION && question.login().isEmpty()) {
      return question.recipients().stream()
          .map(recipient -> new RecipientAnswer(false, LOGIN_REQUIRED, "login-required"))
          .toList();
    }
    Client client = new Client(question);
    List<RecipientAnswer> answers = new ArrayList<>();
    Map<Domain, List<Integer>> unchecked = new LinkedHashMap<>();
    for (EmailAddress recipient : question.recipients()) {
      Optional<Domain> domain = domains.find(recipient.domain());
      RecipientAnswer answer = decide(client, recipient, domain);
      if (answer.accepted() && domain.filter(AuthorizeRecipients::isChecked).isPresent()) {
        unchecked.computeIfAbsent(domain.get(), _ -> new ArrayList<>()).add(answers.size());
      }
      answers.add(answer);
    }
    for (var entry : unchecked.entrySet()) {
      check(entry.getKey(), entry.getValue(), question.recipients(), answers);
    }
    return withChecks(client, screen.screen(question, answers));
  }

  /**
   * Marks those whose domains refuse some mail of strangers because of its sender. That it is none,
   * the settings tell; they are read where it matters. Whoever is refused can write to a postmaster
   * (RFC 5321 section 4.5.1).
   */
  private List<RecipientAnswer> withChecks(Client client, List<RecipientAnswer> answers)
      throws IOException {
    RecipientsQuestion question = client.question;
    if (question.service() != Service.INBOUND || question.login().isPresent()) {
      return answers;
    }
    List<RecipientAnswer> marked = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      RecipientAnswer answer = answers.get(i);
      EmailAddress recipient = question.recipients().get(i);
      boolean refuses =
          answer.accepted()
              && !Postmaster.is(recipient.canonical())
              && domains
                  .find(recipient.domain())
                  .filter(domain -> domain.senderPolicy().refuses())
                  .isPresent();
      marked.add(refuses && !client.isTrusted() ? answer.checked() : answer);
    }
    return marked;
  }

  private static boolean isChecked(Domain domain) {
    return domain.kind() == Domain.Kind.RELAY
        && domain.recipientCheck() != Domain.RecipientCheck.NONE;
  }

  private RecipientAnswer decide(Client client, EmailAddress recipient, Optional<Domain> domain)
      throws IOException {
    var mail = new RelayRule.Mail(client.question.login(), client.question.sender(), recipient);
    Optional<RelayRule> delegation =
        mail.login().isPresent() ? client.settings().senderRule(mail) : Optional.empty();
    boolean mayWrite = delegation.isPresent() ? !delegation.get().denies() : client.ownsItsSender();
    if (!mayWrite) {
      String rule = delegation.map(AuthorizeRecipients::name).orElse("sender-not-owned");
      return new RecipientAnswer(false, NOT_YOUR_ADDRESS, rule);
    }
    boolean isUser = mail.login().isPresent();
    String asUser = delegation.map(AuthorizeRecipients::name).orElse("login");
    if (domain.isPresent() && domain.get().kind() == Domain.Kind.LOCAL) {
      return decideLocal(client.question, recipient, isUser ? asUser : "local-recipient");
    }
    if (isUser || client.isTrusted()) {
      RecipientAnswer answer =
          client
              .settings()
              .destinationRule(mail)
              .map(AuthorizeRecipients::byRule)
              .orElse(new RecipientAnswer(true, ACCEPTED, isUser ? asUser : "trusted-network"));
      return answer.accepted() ? suppressed(client, recipient).orElse(answer) : answer;
    }
    return domain.isPresent()
        ? new RecipientAnswer(true, ACCEPTED, RELAY_DOMAIN)
        : new RecipientAnswer(false, DENIED, "relay-denied");
  }

  /** A refusal when mail of this sender's domain to the address has failed for good. */
  private Optional<RecipientAnswer> suppressed(Client client, EmailAddress recipient)
      throws IOException {
    Optional<EmailAddress> sender = client.question.sender().map(EmailAddress::canonical);
    if (client.settings().suppression(sender).isEmpty()) {
      return Optional.empty(); // no read for those who have not asked for it
    }
    return suppressions
        .find(sender.orElseThrow().domain(), recipient.canonical(), clock.instant())
        .map(found -> new RecipientAnswer(false, HardBounce.refusal(found), "suppressed"));
  }

  private static RecipientAnswer byRule(RelayRule rule) {
    return new RecipientAnswer(
        !rule.denies(), rule.denies() ? DENIED_BY_RULE : ACCEPTED, name(rule));
  }

  private static String name(RelayRule rule) {
    return "rule:" + rule.name(); // never mistaken for one that is built in
  }

  /** Checks those whom the rules accept, all of a domain at once. */
  private void check(
      Domain domain, List<Integer> which, List<EmailAddress> recipients, List<RecipientAnswer> all)
      throws IOException {
    List<Verdict> verdicts =
        relayRecipients.check(domain, which.stream().map(recipients::get).toList());
    for (int i = 0; i < verdicts.size(); i++) {
      int at = which.get(i);
      RecipientAnswer accepted = all.get(at);
      switch (verdicts.get(i)) {
        case KNOWN -> {}
        case NOT_LISTED -> all.set(at, new RecipientAnswer(false, UNKNOWN_BEHIND, "not-listed"));
        case REFUSED -> all.set(at, new RecipientAnswer(false, UNKNOWN_BEHIND, "call-ahead"));
        case UNVERIFIED -> {
          if (accepted.rule().equals(RELAY_DOMAIN)) {
            all.set(at, new RecipientAnswer(true, ACCEPTED, "relay-domain-unverified"));
          }
        }
      }
    }
  }

  /** Who asks; what must be read about it is read once, and only if it matters. */
  private final class Client {
    private final RecipientsQuestion question;
    private RelaySettings settings;
    private Boolean owns;

    Client(RecipientsQuestion question) {
      this.question = question;
    }

    RelaySettings settings() throws IOException {
      if (settings == null) {
        settings = directory.relay().orElse(relayDefaults);
      }
      return settings;
    }

    boolean isTrusted() throws IOException {
      return settings().trusts(question.client());
    }

    boolean ownsItsSender() throws IOException {
      if (owns == null) {
        owns = question.login().isEmpty() || mayWriteAs(question.login().get(), question.sender());
      }
      return owns;
    }
  }

  private RecipientAnswer decideLocal(
      RecipientsQuestion question, EmailAddress recipient, String rule) throws IOException {
    return switch (returnPaths.read(recipient, clock.instant())) {
      case ReturnPath.None() -> decideAccount(question, recipient, rule);
      case ReturnPath.Forged() -> new RecipientAnswer(false, FORGED, "return-path-forged");
      case ReturnPath.Expired() -> new RecipientAnswer(false, EXPIRED, "return-path-expired");
      case ReturnPath.ToSender ignored -> decideReturn(question);
      case ReturnPath.ToSenderOf ignored -> decideReturn(question);
    };
  }

  /**
   * Reports come with a null sender (RFC 3461 section 6.1); anything else would be relayed mail.
   */
  private static RecipientAnswer decideReturn(RecipientsQuestion question) {
    return question.sender().isEmpty()
        ? new RecipientAnswer(true, ACCEPTED, "return-path")
        : new RecipientAnswer(false, ONLY_REPORTS, "return-path-sender");
  }

  private RecipientAnswer decideAccount(
      RecipientsQuestion question, EmailAddress recipient, String rule) throws IOException {
    Optional<Account> account = addresses.find(recipient);
    if (account.isEmpty()) {
      return new RecipientAnswer(false, UNKNOWN, "no-mailbox");
    }
    if (account.get() instanceof Account.User user && isFull(user, question.size())) {
      return new RecipientAnswer(false, FULL, "over-quota");
    }
    String domain = account.get().address().domain();
    MailboxRules rules = domains.find(domain).map(Domain::mailboxes).orElse(MailboxRules.NONE);
    boolean isUser = account.get() instanceof Account.User;
    if (isUser && quota.isFull(domain, rules, question.size())) {
      return new RecipientAnswer(false, DOMAIN_FULL, "domain-over-quota");
    }
    boolean unlimited = account.get() instanceof Account.User user && user.quotaBytes() == 0;
    boolean lasting = !isUser || (unlimited && rules.quotaBytes() == 0);
    return new RecipientAnswer(true, ACCEPTED, rule, lasting);
  }

  private boolean isFull(Account.User user, long size) throws IOException {
    if (user.quotaBytes() == 0) {
      return false;
    }
    Optional<MailboxStatus> status = mailboxes.status(user.address());
    return status.isPresent() && status.get().bytes() + Math.max(size, 1) > user.quotaBytes();
  }

  /**
   * A user writes as his own address, as an alias that leads to him, or with the null sender of a
   * receipt (RFC 8098).
   */
  private boolean mayWriteAs(EmailAddress login, Optional<EmailAddress> sender) throws IOException {
    if (sender.isEmpty() || sender.get().canonical().equals(login)) {
      return true;
    }
    return directory
        .account(sender.get().canonical())
        .filter(account -> leadsTo(account, login))
        .isPresent();
  }

  private static boolean leadsTo(Account account, EmailAddress user) {
    return account instanceof Account.Alias alias
        && alias.targets().stream().anyMatch(target -> target.canonical().equals(user));
  }
}
