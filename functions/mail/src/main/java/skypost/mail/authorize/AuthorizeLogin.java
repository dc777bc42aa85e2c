package skypost.mail.authorize;

import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.ScramAnswer;
import skypost.mail.authorize.Authorizer.ScramQuestion;
import skypost.mail.authorize.Authorizer.ScramSaltQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.authorize.Authorizer.TokenQuestion;
import skypost.mail.authorize.BearerTokens.Verdict;
import skypost.mail.authorize.LoginGuard.Attempt;
import skypost.mail.directory.AddressPattern;
import skypost.mail.directory.AppPassword;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.LoginHistory;
import skypost.mail.directory.LoginSecrets;
import skypost.mail.directory.Page;
import skypost.mail.directory.PasswordHash;
import skypost.mail.directory.RelayRule;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.ScramKeys;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;

/**
 * Checks logins. A failure looks the same, and takes as long, whether the user exists or not; only
 * where somebody has guessed too much is nothing computed, which the fronts' {@link SteadyRefusals}
 * hide.
 */
public final class AuthorizeLogin {
  private static final int MAX_PASSWORD =
      1024; // characters; hashing cost must not grow with what a stranger sends
  private static final int MAX_DOMAINS_IN_GRANT = 100;

  private final Credentials credentials;
  private final LoginGuard guard;
  private final Directory directory;
  private final BearerTokens tokens;

  /** What is asked. */
  public record Ports(
      Credentials credentials, LoginAttempts attempts, Directory directory, BearerTokens tokens) {}

  public AuthorizeLogin(Ports ports, Clock clock) {
    this.credentials = ports.credentials();
    this.guard = new LoginGuard(credentials, ports.attempts(), clock);
    this.directory = ports.directory();
    this.tokens = ports.tokens();
  }

  /** Where nobody issues tokens. */
  public AuthorizeLogin(
      Credentials credentials, LoginAttempts attempts, Directory directory, Clock clock) {
    this(new Ports(credentials, attempts, directory, BearerTokens.NONE), clock);
  }

  /** Decides on a login with a password. */
  public LoginAnswer decide(LoginQuestion question) throws IOException {
    Claim claim = claim(question.username());
    Attempt attempt = guard.begin(claim.account(), question.client(), claim.history());
    if (attempt.blocked()) {
      return new LoginAnswer.Refused();
    }
    Match match = match(claim, question.password());
    if (!match.right()) {
      guard.failed(attempt, Optional.of(question.password()));
      return new LoginAnswer.Refused();
    }
    EmailAddress user = claim.user().orElseThrow();
    guard.succeeded(attempt, user, claim.history(), match.appPassword());
    return new LoginAnswer.Accepted(user, grant(question.service(), user));
  }

  /** The salt of a user, or one made up for a name that has none: nobody sees a difference. */
  public ScramSalt decide(ScramSaltQuestion question) throws IOException {
    Claim claim = claim(question.username());
    ScramSalt madeUp = ScramKeys.saltOfNobody(guard.secret(), claim.account());
    return claim.secrets().flatMap(LoginSecrets::salt).orElse(madeUp);
  }

  /**
   * Decides on a login with a proof (RFC 5802 section 3). All the user's passwords share a salt, so
   * each can be the one; a check is two HMACs.
   */
  public ScramAnswer decide(ScramQuestion question) throws IOException {
    ScramProof proof = question.proof();
    Claim claim = claim(proof.username());
    Attempt attempt = guard.begin(claim.account(), question.client(), claim.history());
    if (attempt.blocked()) {
      return new ScramAnswer.Refused();
    }
    Optional<Proven> proven = claim.secrets().flatMap(secrets -> check(secrets, proof));
    if (proven.isEmpty()) {
      guard.failed(attempt, Optional.empty());
      return new ScramAnswer.Refused();
    }
    EmailAddress user = claim.user().orElseThrow();
    guard.succeeded(attempt, user, claim.history(), proven.get().appPassword());
    return new ScramAnswer.Accepted(
        new ScramLogin(user, proven.get().signature()), grant(question.service(), user));
  }

  /**
   * Decides on a login with a bearer token. A signature cannot be guessed: who bears a good one is
   * held to no limit, whatever others have tried, and costs one read. One that nobody has signed
   * names nobody, and counts against the client's network alone.
   *
   * @throws IOException also when the issuer's keys cannot be had: nobody knows then
   */
  public LoginAnswer decide(TokenQuestion question) throws IOException {
    return switch (tokens.check(question.token())) {
      case Verdict.Valid(EmailAddress user) -> decide(question, user);
      case Verdict.Expired() -> refused(question, "expired");
      case Verdict.Invalid(String why) -> {
        if (!guard.isBlocked(question.client())) { // or it would be owed for ever
          guard.failed(question.client());
        }
        yield refused(question, why);
      }
    };
  }

  private LoginAnswer decide(TokenQuestion question, EmailAddress user) throws IOException {
    Optional<LoginSecrets> secrets = credentials.find(user);
    // RFC 7628 section 3.1: who bears a token acts as himself here
    boolean himself =
        question
            .authzid()
            .map(authzid -> EmailAddress.parse(authzid).map(EmailAddress::canonical))
            .map(asked -> asked.equals(Optional.of(user)))
            .orElse(true);
    if (secrets.isEmpty() || !himself) {
      LoginHistory history = secrets.map(LoginSecrets::history).orElse(LoginHistory.NONE);
      Attempt attempt = guard.begin(user.toString(), question.client(), history);
      if (!attempt.blocked()) {
        guard.failed(attempt, Optional.of(question.authzid().orElse(""))); // the same one: once
      }
      return refused(question, secrets.isEmpty() ? "no user " + user : user + " as another");
    }
    guard.proven(question.client(), user, secrets.get().history());
    return new LoginAnswer.Accepted(user, grant(question.service(), user));
  }

  /** Told to the administrator alone. */
  private static LoginAnswer refused(TokenQuestion question, String why) {
    EventLog.info("token").with("client", question.client()).with("refused", why).write();
    return new LoginAnswer.Refused();
  }

  // ---- who somebody says to be

  /**
   * @param account what is counted under
   * @param user empty when the name is no address
   * @param secrets empty when there is no such user
   */
  private record Claim(
      String account, Optional<EmailAddress> user, Optional<LoginSecrets> secrets) {
    LoginHistory history() {
      return secrets.map(LoginSecrets::history).orElse(LoginHistory.NONE);
    }
  }

  private Claim claim(String username) throws IOException {
    Optional<EmailAddress> user = EmailAddress.parse(username).map(EmailAddress::canonical);
    return new Claim(
        user.map(EmailAddress::toString).orElse(username),
        user,
        user.isPresent() ? credentials.find(user.get()) : Optional.empty());
  }

  // ---- passwords

  private record Match(boolean right, Optional<String> appPassword) {}

  /** One fast digest at most, and one slow hash unless that matches. */
  private static Match match(Claim claim, String password) {
    Optional<AppPassword> app =
        AppPassword.idIn(password)
            .flatMap(id -> claim.secrets().flatMap(secrets -> secrets.appPassword(id)))
            .filter(candidate -> candidate.matches(password));
    if (app.isPresent()) {
      return new Match(true, app.map(AppPassword::id));
    }
    boolean sane = password.length() <= MAX_PASSWORD;
    boolean right =
        claim.secrets().isPresent() && sane
            ? PasswordHash.matches(password, claim.secrets().get().password().hash())
            : PasswordHash.matchesNobody(sane ? password : "");
    return new Match(right, Optional.empty());
  }

  // ---- proofs

  private record Proven(String signature, Optional<String> appPassword) {}

  private static Optional<Proven> check(LoginSecrets secrets, ScramProof proof) {
    Optional<Proven> own =
        secrets
            .password()
            .scram()
            .flatMap(keys -> keys.check(proof))
            .map(signature -> new Proven(signature, Optional.empty()));
    return own.or(() ->
        secrets.appPasswords().stream()
            .flatMap(app ->
                app.scram().flatMap(keys -> keys.check(proof)).stream()
                    .map(signature -> new Proven(signature, Optional.of(app.id()))))
            .findFirst());
  }

  /**
   * With few domains a submission needs no second question: only mail to our own domains, and to
   * those that rules name, is asked about. Where addresses are suppressed for the user's domain,
   * any recipient may be one.
   */
  private Grant grant(Service service, EmailAddress user) throws IOException {
    if (service != Service.SUBMISSION) {
      return Grant.NONE;
    }
    Page<Domain> domains = directory.domains(MAX_DOMAINS_IN_GRANT, Optional.empty());
    if (domains.next().isPresent()) {
      return Grant.NONE;
    }
    Set<String> asked = new LinkedHashSet<>();
    domains.items().forEach(domain -> asked.add(domain.name()));
    Optional<RelaySettings> settings = directory.relay();
    if (settings.flatMap(relay -> relay.suppression(Optional.of(user))).isPresent()) {
      return Grant.NONE;
    }
    List<RelayRule> rules =
        settings.map(RelaySettings::rules).orElse(List.of()).stream()
            .filter(rule -> rule.denies() && rule.concerns(user)) // the others only allow more
            .toList();
    for (RelayRule rule : rules) {
      Optional<String> only = rule.to().flatMap(AddressPattern::onlyDomain);
      if (only.isEmpty()) {
        return Grant.NONE;
      }
      asked.add(only.get());
    }
    return asked.size() > MAX_DOMAINS_IN_GRANT
        ? Grant.NONE
        : new Grant(List.of(user), List.copyOf(asked));
  }
}
