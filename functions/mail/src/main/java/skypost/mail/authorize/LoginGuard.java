package skypost.mail.authorize;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import skypost.mail.authorize.LoginAttempts.Debt;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.Keyed;
import skypost.mail.directory.LoginHistory;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/**
 * Slows guessing down without locking users out. A failure is charged three times: to this account
 * from this network, to the network, and to the account. Who logged in rightly from a network
 * within the last month is held to the first alone, and generously; so neither the neighbours
 * behind his NAT nor a botnet that tries his name keep him out. Everybody else is held to all
 * three.
 *
 * <p>A right login reads one item more and writes nothing, but once a week from each network. A
 * blocked attempt reads, and nothing else. Names that nobody has are charged like others.
 */
final class LoginGuard {
  /** What failures cost, and how much may be owed while logins are still looked at. */
  private enum Limit {
    /** The account from the network: 5 failures at once, then one in 5 minutes. */
    PAIR(Duration.ofMinutes(5), 5),
    /** The network: 100 failures at once, then four a minute; many live behind one NAT. */
    NETWORK(Duration.ofSeconds(15), 100),
    /** The account: 50 failures at once from anywhere, then one a minute. */
    ACCOUNT(Duration.ofMinutes(1), 50);

    private final Duration cost;
    private final int burst;

    Limit(Duration cost, int burst) {
      this.cost = cost;
      this.burst = burst;
    }
  }

  private static final int KNOWN_BURST = 20; // of PAIR, from a network that the user comes from
  private static final int REMEMBERED_PASSWORDS = 8;
  private static final int KEY_OCTETS = 16;

  private final Credentials credentials;
  private final LoginAttempts attempts;
  private final Clock clock;
  private byte[] secret;

  LoginGuard(Credentials credentials, LoginAttempts attempts, Clock clock) {
    this.credentials = credentials;
    this.attempts = attempts;
    this.clock = clock;
  }

  /**
   * One attempt to log in.
   *
   * @param account the canonical address, or what was given where that is none
   * @param pair what was owed when it began
   * @param blocked whether it must fail unseen
   */
  record Attempt(String account, String network, Debt pair, boolean blocked) {}

  /** Looks at what is owed. */
  Attempt begin(String account, String client, LoginHistory history) throws IOException {
    Instant now = clock.instant();
    String network = ClientNetwork.of(client);
    boolean known = history.knows(network, today(now));
    List<String> keys = keys(account, network);
    List<Debt> debts = attempts.owed(known ? keys.subList(0, 1) : keys);
    boolean blocked = exceeds(debts.getFirst(), Limit.PAIR, known ? KNOWN_BURST : 0, now);
    for (int i = 1; i < debts.size(); i++) {
      blocked |= exceeds(debts.get(i), Limit.values()[i], 0, now);
    }
    if (blocked) {
      EventLog.warn("login-blocked").with("client", client).with("user", account).write();
    }
    return new Attempt(account, network, debts.getFirst(), blocked);
  }

  /**
   * Whether a network of strangers may try no more, whoever they say to be. Nothing that names an
   * account is believed here, so no account is looked at.
   */
  boolean isBlocked(String client) throws IOException {
    Debt debt = attempts.owed(List.of(networkKey(ClientNetwork.of(client)))).getFirst();
    return exceeds(debt, Limit.NETWORK, 0, clock.instant());
  }

  /** Charges a failure to the client's network alone: it was nobody's. */
  void failed(String client) throws IOException {
    String key = networkKey(ClientNetwork.of(client));
    attempts.charge(key, Limit.NETWORK.cost, List.of(), clock.instant());
  }

  private static boolean exceeds(Debt debt, Limit limit, int raisedBurst, Instant now) {
    int burst = Math.max(limit.burst, raisedBurst);
    // one more failure would be one too many
    return debt.until().isAfter(now.plus(limit.cost.multipliedBy(burst - 1L)));
  }

  /**
   * Charges a failure. A wrong password that was wrong from there before is a program that was told
   * of no change, not a guess: it counts once.
   *
   * @param password where one was given
   */
  void failed(Attempt attempt, Optional<String> password) throws IOException {
    List<String> wrong = new ArrayList<>(attempt.pair().wrong());
    if (password.isPresent()) {
      String fingerprint = fingerprint(attempt.account(), password.get());
      if (wrong.contains(fingerprint)) {
        return;
      }
      wrong.add(fingerprint);
    }
    List<String> kept =
        wrong.subList(Math.max(0, wrong.size() - REMEMBERED_PASSWORDS), wrong.size());
    List<String> keys = keys(attempt.account(), attempt.network());
    for (Limit limit : Limit.values()) {
      attempts.charge(
          keys.get(limit.ordinal()),
          limit.cost,
          limit == Limit.PAIR ? kept : List.of(),
          clock.instant());
    }
  }

  /** Notes where a login was right, where that is not known yet. It is no reason to refuse it. */
  void succeeded(
      Attempt attempt, EmailAddress user, LoginHistory history, Optional<String> appPassword) {
    note(user, history, history.with(attempt.network(), appPassword, today(clock.instant())));
  }

  /** Notes the same of a login that could not be guessed, and so was no attempt. */
  void proven(String client, EmailAddress user, LoginHistory history) {
    LocalDate today = today(clock.instant());
    note(user, history, history.with(ClientNetwork.of(client), Optional.empty(), today));
  }

  private void note(EmailAddress user, LoginHistory history, LoginHistory later) {
    if (later.equals(history)) {
      return;
    }
    try {
      credentials.note(user, later);
    } catch (IOException | RuntimeException fault) {
      EventLog.warn("login-note").with("user", user).cause(fault).write();
    }
  }

  /** The installation's key, read once by each warm function. */
  synchronized byte[] secret() throws IOException {
    if (secret == null) {
      secret = credentials.secretKey();
    }
    return secret;
  }

  /** In the order of {@link Limit}. No name in them: people type passwords where names belong. */
  private List<String> keys(String account, String network) throws IOException {
    String name = text(Keyed.hmac(secret(), "account " + account), KEY_OCTETS);
    return List.of("pair#" + name + "#" + network, networkKey(network), "account#" + name);
  }

  private static String networkKey(String network) {
    return "network#" + network;
  }

  /**
   * 16 bits of a keyed hash: enough to know a wrong password again, and too little to find out what
   * it was, which is often nearly the right one. One guess in 8,000 goes uncounted by mistake.
   */
  private String fingerprint(String account, String password) throws IOException {
    return text(Keyed.hmac(secret(), "wrong " + account.length() + account + password), 2);
  }

  private static String text(byte[] digest, int octets) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(java.util.Arrays.copyOf(digest, octets));
  }

  private static LocalDate today(Instant now) {
    return LocalDate.ofInstant(now, ZoneOffset.UTC);
  }
}
