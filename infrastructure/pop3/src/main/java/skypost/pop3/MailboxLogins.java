package skypost.pop3;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import skypost.mail.authorize.Authorizer;
import skypost.mail.mailbox.Mailboxes;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.pop3.Pop3Logins;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;

/**
 * Logins by AuthorizeFunction, and the INBOX of who is let in. A login costs one read of the
 * mailbox and no write.
 */
final class MailboxLogins implements Pop3Logins {
  private final Authorizer authorizer;
  private final Stores stores;
  private final Clock clock;

  /**
   * Where a maildrop lives.
   *
   * @param room what all sessions may read ahead together
   */
  record Stores(Mailboxes mailboxes, RememberedBodies messages, Prefetch.Room room) {}

  MailboxLogins(Authorizer authorizer, Stores stores, Clock clock) {
    this.authorizer = authorizer;
    this.stores = stores;
    this.clock = clock;
  }

  @Override
  public Outcome login(String client, String username, String password) throws IOException {
    var question =
        new Authorizer.LoginQuestion(Authorizer.Service.POP3, client, username, password);
    return switch (authorizer.login(question)) {
      case Authorizer.LoginAnswer.Refused refused -> new Outcome.Refused();
      case Authorizer.LoginAnswer.Accepted accepted -> open(client, accepted.user());
    };
  }

  @Override
  public ScramSalt scramSalt(String client, String username) throws IOException {
    return authorizer.scramSalt(
        new Authorizer.ScramSaltQuestion(Authorizer.Service.POP3, client, username));
  }

  @Override
  public Optional<ScramLogin> scramLogin(String client, ScramProof proof) throws IOException {
    var question = new Authorizer.ScramQuestion(Authorizer.Service.POP3, client, proof);
    return switch (authorizer.scramLogin(question)) {
      case Authorizer.ScramAnswer.Accepted accepted -> Optional.of(accepted.login());
      case Authorizer.ScramAnswer.Refused refused -> Optional.empty();
    };
  }

  @Override
  public Optional<EmailAddress> tokenLogin(String client, Optional<String> authzid, String token)
      throws IOException {
    var question = new Authorizer.TokenQuestion(Authorizer.Service.POP3, client, authzid, token);
    return switch (authorizer.tokenLogin(question)) {
      case Authorizer.LoginAnswer.Accepted accepted -> Optional.of(accepted.user());
      case Authorizer.LoginAnswer.Refused refused -> Optional.empty();
    };
  }

  @Override
  public Outcome open(String client, EmailAddress user) throws IOException {
    Mailboxes.MailboxStatus status =
        stores.mailboxes().status(user).orElseThrow(() -> new IOException("no mailbox of " + user));
    Instant now = clock.instant();
    Optional<Mailboxes.Lease> lease = status.lease().filter(held -> held.isHeldAt(now));
    if (lease.isPresent()) {
      return new Outcome.InUse();
    }
    String holder =
        client + "/" + UUID.randomUUID(); // the administrator sees who it is, and no two are alike
    return new Outcome.Opened(new LeasedMaildrop(user, holder, status, stores, clock));
  }
}
