package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import skypost.mail.authorize.AuthorizeRecipients;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.Account;
import skypost.mail.directory.Directory;
import skypost.mail.directory.RelaySettings;
import skypost.mail.mailbox.Mailboxes;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** Shows and sets whom we relay for, and explains a decision before a client meets it. */
public final class ManageRelay {
  private static final SmtpReply NO_SUCH_LOGIN =
      SmtpReply.of(535, 7, 8, "authentication failed"); // RFC 4954 section 6

  private final Directory directory;
  private final Mailboxes mailboxes;
  private final RelaySettings defaults;
  private final Clock clock;

  /**
   * @param defaults what holds until settings are put
   */
  public ManageRelay(
      Directory directory, Mailboxes mailboxes, RelaySettings defaults, Clock clock) {
    this.directory = directory;
    this.mailboxes = mailboxes;
    this.defaults = defaults;
    this.clock = clock;
  }

  /** What holds now. */
  public RelaySettings settings() throws IOException {
    return directory.relay().orElse(defaults);
  }

  public RelaySettings put(RelaySettings settings) throws IOException {
    directory.putRelay(settings);
    return settings;
  }

  /** Back to what holds when nobody has set anything. */
  public void reset() throws IOException {
    directory.putRelay(defaults);
  }

  /**
   * What a client would be told.
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
    AuthorizeRecipients rules = new AuthorizeRecipients(directory, mailboxes, defaults, clock);
    Service service = user.isPresent() ? Service.SUBMISSION : Service.INBOUND;
    return rules
        .decide(new RecipientsQuestion(service, client, "", user, from, 0, List.of(to)))
        .getFirst();
  }
}
