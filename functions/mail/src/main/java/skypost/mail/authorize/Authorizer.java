package skypost.mail.authorize;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.smtp.SmtpReply;

/**
 * The questions that a front may ask: is this login right, and may this mail go there? Answered by
 * AuthorizeFunction.
 *
 * <p>All throw {@link IOException} when no answer can be had: the front says 451 or 454, never yes
 * and never 5xx.
 */
public interface Authorizer {
  /** Checks a password. */
  LoginAnswer login(LoginQuestion question) throws IOException;

  /** The salt that a SCRAM client needs first; it looks the same whether the user exists or not. */
  ScramSalt scramSalt(ScramSaltQuestion question) throws IOException;

  /** Checks a SCRAM proof. */
  ScramAnswer scramLogin(ScramQuestion question) throws IOException;

  /** Checks a bearer token. */
  LoginAnswer tokenLogin(TokenQuestion question) throws IOException;

  /** Decides on recipients; one answer for each, in order. */
  List<RecipientAnswer> recipients(RecipientsQuestion question) throws IOException;

  /**
   * Uses up what a network or a user may do, for all fronts together. Who has nobody to ask counts
   * alone.
   *
   * @throws IOException when no answer can be had: the front's own count goes on alone
   */
  default SpendAnswer spend(SpendQuestion question) throws IOException {
    throw new IOException("nobody counts together here");
  }

  /** Tells how many connections a front holds of a network; as {@link #spend} otherwise. */
  default HoldAnswer hold(HoldQuestion question) throws IOException {
    throw new IOException("nobody counts together here");
  }

  /** Of what there is so much in a time, for all fronts together. */
  enum Counted {
    /** Connections that a network begins. */
    CONNECTIONS(Duration.ofMinutes(1)),
    /** Messages of a network. */
    MESSAGES(Duration.ofHours(1)),
    /** Recipients of a network. */
    RECIPIENTS(Duration.ofHours(1)),
    /** Recipients of a network that were refused for good: somebody is guessing addresses. */
    REFUSALS(Duration.ofHours(1)),
    /** Recipients of a logged-in user. */
    USER_RECIPIENTS(Duration.ofHours(1));

    private final Duration window;

    Counted(Duration window) {
      this.window = window;
    }

    /** In which time a limit may be used up. */
    public Duration window() {
      return window;
    }

    boolean ofNetwork() {
      return this != USER_RECIPIENTS;
    }
  }

  /**
   * @param what is used
   * @param whose the client's IP address, or the user's address
   * @param spent the share of the window that was used since the last question: half of the limit
   *     is half of the window
   */
  record SpendQuestion(Counted what, String whose, Duration spent) {}

  /**
   * @param exempt whether there is no limit, for the client is trusted
   * @param owed the share of the window that all fronts together have seen used and that time has
   *     not given back yet; more than the window is more than the limit
   */
  record SpendAnswer(boolean exempt, Duration owed) {}

  /**
   * @param client the client's IP address
   * @param front a name that no other front has
   * @param count how many connections of the client's network it holds
   */
  record HoldQuestion(String client, String front, long count) {}

  /**
   * @param exempt whether there is no limit, for the client is trusted
   * @param total how many connections all fronts hold
   */
  record HoldAnswer(boolean exempt, long total) {}

  /** Which kind of door is asking. */
  enum Service {
    /** Port 25: mail from other servers. */
    INBOUND,
    /** Ports 587 and 465: mail from users (RFC 6409). */
    SUBMISSION,
    /** The POP3 container. */
    POP3
  }

  /**
   * @param service who asks
   * @param client the peer's IP address
   * @param username as the client gave it
   * @param password as the client gave it; never logged
   */
  record LoginQuestion(Service service, String client, String username, String password) {
    @Override
    public String toString() {
      return "LoginQuestion[" + service + " " + client + " " + username + "]"; // no secrets in logs
    }
  }

  /** What became of a login. The refusal never tells whether the user exists. */
  sealed interface LoginAnswer {
    /**
     * @param user the user's canonical address
     * @param grant what this login allows without further questions
     */
    record Accepted(EmailAddress user, Grant grant) implements LoginAnswer {}

    record Refused() implements LoginAnswer {}
  }

  /**
   * @param service who asks
   * @param client the peer's IP address
   * @param username as the client gave it
   */
  record ScramSaltQuestion(Service service, String client, String username) {}

  /**
   * @param service who asks
   * @param client the peer's IP address
   * @param proof with the exchange that it is a proof in
   */
  record ScramQuestion(Service service, String client, ScramProof proof) {}

  /**
   * @param service who asks
   * @param client the peer's IP address
   * @param authzid whom the client wants to act as; empty when it leaves that to the token
   * @param token as the client gave it; never logged
   */
  record TokenQuestion(Service service, String client, Optional<String> authzid, String token) {
    @Override
    public String toString() {
      return "TokenQuestion[" + service + " " + client + " " + authzid + "]"; // no secrets in logs
    }
  }

  /** What became of a login by SCRAM. */
  sealed interface ScramAnswer {
    /** As for a password; the login holds what the client wants to see of us. */
    record Accepted(ScramLogin login, Grant grant) implements ScramAnswer {}

    record Refused() implements ScramAnswer {}
  }

  /**
   * What a front may decide alone for a logged-in user, so that a session costs one invocation:
   * mail from one of {@code senders} to any recipient whose domain is not among {@code
   * askedDomains}. All else it asks.
   *
   * @param senders addresses that belong to the user; empty: always ask
   * @param askedDomains our local and relay domains and those with rules, whose recipients must be
   *     asked about
   */
  record Grant(List<EmailAddress> senders, List<String> askedDomains) {
    /** Nothing is granted: every recipient is asked about. */
    public static final Grant NONE = new Grant(List.of(), List.of());

    public Grant {
      senders = List.copyOf(senders);
      askedDomains = List.copyOf(askedDomains);
    }

    /** Whether the mail may go without a question. */
    public boolean covers(Optional<EmailAddress> sender, EmailAddress recipient) {
      return sender.isPresent()
          && senders.contains(sender.get().canonical())
          && !recipient.isLiteral()
          && !askedDomains.contains(recipient.domain());
    }
  }

  /**
   * @param service who asks
   * @param client the peer's IP address
   * @param helo what the peer called itself
   * @param login the logged-in user
   * @param sender the reverse-path
   * @param size octets declared with SIZE, or 0
   * @param recipients at least one
   */
  record RecipientsQuestion(
      Service service,
      String client,
      String helo,
      Optional<EmailAddress> login,
      Optional<EmailAddress> sender,
      long size,
      List<EmailAddress> recipients) {
    /** The same question about others. */
    public RecipientsQuestion about(List<EmailAddress> others) {
      return new RecipientsQuestion(service, client, helo, login, sender, size, others);
    }
  }

  /**
   * @param accepted whether mail for it may be taken
   * @param reply what to tell the client, public
   * @param rule the rule that decided, for logs and for {@code /v1/relay/explain}
   * @param lasting whether the same may be answered a minute later to the same question of any size
   * @param check whether the recipient's domain refuses some mail because of who sent it: then the
   *     message is to be looked at before it is accepted ({@link skypost.mail.verify.SessionCheck})
   */
  record RecipientAnswer(
      boolean accepted, SmtpReply reply, String rule, boolean lasting, boolean check) {
    /** Whoever sends it. */
    public RecipientAnswer(boolean accepted, SmtpReply reply, String rule, boolean lasting) {
      this(accepted, reply, rule, lasting, false);
    }

    /** The same, with a look at the message. */
    public RecipientAnswer checked() {
      return new RecipientAnswer(accepted, reply, rule, lasting, true);
    }

    /** One that lasts unless it is temporary. */
    public RecipientAnswer(boolean accepted, SmtpReply reply, String rule) {
      this(accepted, reply, rule, !reply.isTransient());
    }
  }
}
