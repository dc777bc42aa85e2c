package skypost.mail.authorize;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.Account;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.LocalAddresses;
import skypost.mail.directory.RelaySettings;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * The relay rules. A recipient is accepted by the first of: a logged-in user who writes as himself,
 * a client in a trusted network, a local recipient that exists, a relay domain. Everything else is
 * relay access denied (RFC 5321 section 7.9). A recipient in a local domain must exist whoever
 * asks.
 */
public final class AuthorizeRecipients {
  private static final SmtpReply ACCEPTED = SmtpReply.of(250, 1, 5, "recipient ok");
  private static final SmtpReply LOGIN_REQUIRED =
      SmtpReply.of(530, 7, 0, "authentication required"); // RFC 4954 section 6
  private static final SmtpReply NOT_YOUR_ADDRESS =
      SmtpReply.of(
          553, 7, 1, "the sender address does not belong to this login"); // RFC 6409 section 6.1
  private static final SmtpReply UNKNOWN = SmtpReply.of(550, 1, 1, "no such mailbox here");
  private static final SmtpReply FULL =
      SmtpReply.of(452, 2, 2, "the mailbox is full"); // RFC 5321 section 4.2.2
  private static final SmtpReply DENIED = SmtpReply.of(550, 7, 1, "relay access denied");

  private final Directory directory;
  private final CachedDomains domains;
  private final LocalAddresses addresses;
  private final Mailboxes mailboxes;
  private final RelaySettings relayDefaults;

  /**
   * @param relayDefaults what holds until relay settings are put into the directory
   */
  public AuthorizeRecipients(
      Directory directory, Mailboxes mailboxes, RelaySettings relayDefaults, Clock clock) {
    this.directory = directory;
    this.domains = new CachedDomains(directory, clock);
    this.addresses = new LocalAddresses(directory);
    this.mailboxes = mailboxes;
    this.relayDefaults = relayDefaults;
  }

  /** Decides on every recipient, in order. */
  public List<RecipientAnswer> decide(RecipientsQuestion question) throws IOException {
    if (question.service() == Service.SUBMISSION && question.login().isEmpty()) {
      return refuseAll(question, LOGIN_REQUIRED, "login-required");
    }
    if (question.login().isPresent() && !mayWriteAs(question.login().get(), question.sender())) {
      return refuseAll(question, NOT_YOUR_ADDRESS, "sender-not-owned");
    }
    List<RecipientAnswer> answers = new ArrayList<>();
    for (EmailAddress recipient : question.recipients()) {
      answers.add(decide(question, recipient));
    }
    return answers;
  }

  private static List<RecipientAnswer> refuseAll(
      RecipientsQuestion question, SmtpReply reply, String rule) {
    return question.recipients().stream()
        .map(recipient -> new RecipientAnswer(false, reply, rule))
        .toList();
  }

  private RecipientAnswer decide(RecipientsQuestion question, EmailAddress recipient)
      throws IOException {
    Optional<Domain> domain = domains.find(recipient.domain());
    if (domain.isPresent() && domain.get().kind() == Domain.Kind.LOCAL) {
      return decideLocal(question, recipient);
    }
    if (question.login().isPresent()) {
      return new RecipientAnswer(true, ACCEPTED, "login");
    }
    if (directory.relay().orElse(relayDefaults).trusts(question.client())) {
      return new RecipientAnswer(true, ACCEPTED, "trusted-network");
    }
    if (domain.isPresent()) {
      return new RecipientAnswer(true, ACCEPTED, "relay-domain");
    }
    return new RecipientAnswer(false, DENIED, "relay-denied");
  }

  private RecipientAnswer decideLocal(RecipientsQuestion question, EmailAddress recipient)
      throws IOException {
    Optional<Account> account = addresses.find(recipient);
    if (account.isEmpty()) {
      return new RecipientAnswer(false, UNKNOWN, "no-mailbox");
    }
    if (account.get() instanceof Account.User user && isFull(user, question.size())) {
      return new RecipientAnswer(false, FULL, "over-quota");
    }
    return new RecipientAnswer(
        true,
        ACCEPTED,
        question.login().isPresent() ? "login" : "local-recipient",
        !(account.get() instanceof Account.User user && user.quotaBytes() > 0));
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
