package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.contract.TestClock;
import skypost.mail.directory.LoginHistory;
import skypost.mail.directory.ScramKeys;
import skypost.mail.directory.StoredPassword;
import skypost.mail.memory.InMemoryCredentials;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryLoginAttempts;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;

/** What guessing costs, and whom it does not concern. Two functions stand for many. */
class LoginGuardTest {
  private static final EmailAddress ANN = address("ann@local.example");
  private static final EmailAddress BOB = address("bob@local.example");
  private static final String HOME = "192.0.2.1";

  private final InMemoryCredentials credentials = new InMemoryCredentials();
  private final CountingAttempts attempts = new CountingAttempts();
  private final TestClock clock = new TestClock("2026-11-25T12:00:00Z");
  private final List<AuthorizeLogin> functions = List.of(function(), function());
  private int asked;

  private AuthorizeLogin function() {
    return new AuthorizeLogin(credentials, attempts, new InMemoryDirectory(), clock);
  }

  @BeforeEach
  void users() {
    ScramSalt salt = ScramKeys.salt(new SecureRandom());
    for (EmailAddress user : List.of(ANN, BOB)) {
      credentials.put(
          user, salt, StoredPassword.of(user.local() + "-password", salt, new SecureRandom()));
    }
  }

  private boolean opens(EmailAddress user, String client, String password) throws IOException {
    var question = new LoginQuestion(Service.POP3, client, user.toString(), password);
    AuthorizeLogin next = functions.get(asked++ % functions.size());
    return next.decide(question) instanceof LoginAnswer.Accepted;
  }

  private boolean rightOpens(EmailAddress user, String client) throws IOException {
    return opens(user, client, user.local() + "-password");
  }

  private void guess(EmailAddress user, String client, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      assertThat(opens(user, client, "guess " + asked)).isFalse();
    }
  }

  @Test
  void afterFiveWrongPasswordsEvenTheRightOneMustWait() throws IOException {
    guess(ANN, HOME, 4);
    assertThat(rightOpens(BOB, HOME)).as("others may").isTrue();
    guess(ANN, HOME, 1);
    assertThat(rightOpens(ANN, HOME)).isFalse();

    clock.advance(Duration.ofMinutes(5));
    assertThat(rightOpens(ANN, HOME)).isTrue();
  }

  @Test
  void attemptsWhileBlockedCostNothingMore() throws IOException {
    guess(ANN, HOME, 5);
    attempts.charges.clear();
    guess(ANN, HOME, 100);
    assertThat(attempts.charges).isEmpty();

    clock.advance(Duration.ofMinutes(5));
    assertThat(rightOpens(ANN, HOME)).isTrue();
  }

  @Test
  void theSameWrongPasswordCountsOnce() throws IOException {
    for (int i = 0; i < 50; i++) {
      assertThat(opens(ANN, HOME, "last year's")).isFalse();
    }
    assertThat(attempts.charges).as("pair, network, account").hasSize(3);
    assertThat(rightOpens(ANN, HOME)).isTrue();
  }

  @Test
  void noneOfThatIsWrittenDown() throws IOException {
    guess(ANN, HOME, 3);
    opens(new EmailAddress("hunter2", "typed.in.the.wrong.box"), HOME, "secret");
    assertThat(attempts.charges.toString()).doesNotContain("guess", "ann@", "hunter2", "secret");
  }

  @Test
  void neighboursBehindTheSameNatAreNotLockedOut() throws IOException {
    assertThat(rightOpens(ANN, HOME)).isTrue();
    for (int i = 0; i < 110; i++) {
      guess(address("user" + i + "@local.example"), HOME, 1);
    }
    assertThat(rightOpens(ANN, HOME)).as("she was here before").isTrue();
    assertThat(rightOpens(BOB, HOME)).as("he was not").isFalse();
    assertThat(rightOpens(BOB, "198.51.100.7")).as("but may come from elsewhere").isTrue();

    clock.advance(Duration.ofDays(31));
    for (int i = 0; i < 110; i++) {
      guess(address("user" + i + "@local.example"), HOME, 1);
    }
    assertThat(rightOpens(ANN, HOME)).as("that was long ago").isFalse();
  }

  @Test
  void aGuesserBehindTheSameNatFindsAnEndToo() throws IOException {
    rightOpens(ANN, HOME);
    guess(ANN, HOME, 19);
    assertThat(rightOpens(ANN, HOME)).isTrue();
    guess(ANN, HOME, 1);
    assertThat(rightOpens(ANN, HOME)).isFalse();
  }

  @Test
  void aBotnetSlowsOnlyStrangersDown() throws IOException {
    rightOpens(ANN, HOME);
    for (int i = 0; i < 60; i++) {
      guess(ANN, "203.0.113." + i, 1);
    }
    assertThat(rightOpens(ANN, HOME)).isTrue();
    assertThat(rightOpens(ANN, "198.51.100.7")).as("a network she never used").isFalse();

    clock.advance(Duration.ofMinutes(2));
    assertThat(rightOpens(ANN, "198.51.100.7")).as("delayed, not locked out").isTrue();
  }

  @Test
  void anIpv6CustomerIsOneNetwork() throws IOException {
    for (int i = 0; i < 5; i++) {
      guess(ANN, "2001:db8:1:2::" + i, 1);
    }
    assertThat(rightOpens(ANN, "2001:db8:1:2:ffff::1")).isFalse();
    assertThat(rightOpens(ANN, "2001:db8:1:3::1")).isTrue();
    assertThat(ClientNetwork.of("::ffff:192.0.2.1")).isEqualTo("192.0.2.1");
    assertThat(ClientNetwork.of("nonsense")).isEqualTo("unknown");
  }

  @Test
  void anUnknownUserIsTreatedLikeAKnownOne() throws IOException {
    guess(ANN, HOME, 5);
    guess(address("nobody@local.example"), "198.51.100.7", 5);

    assertThat(attempts.charges).hasSize(30);
    List<Duration> costs = attempts.charges.stream().map(Charge::cost).toList();
    assertThat(costs.subList(0, 15)).isEqualTo(costs.subList(15, 30));
    attempts.charges.clear();
    guess(address("nobody@local.example"), "198.51.100.7", 1);
    assertThat(attempts.charges).as("blocked as well").isEmpty();
  }

  @Test
  void aRightLoginWritesOnceAWeek() throws IOException {
    Set<LoginHistory> written = new HashSet<>();
    for (int day = 0; day < 14; day++) {
      assertThat(rightOpens(ANN, HOME)).isTrue();
      assertThat(rightOpens(ANN, HOME)).isTrue();
      written.add(credentials.find(ANN).orElseThrow().history());
      clock.advance(Duration.ofDays(1));
    }
    assertThat(written).hasSize(2);
    assertThat(attempts.charges).isEmpty();
    assertThat(attempts.keysRead.getLast()).as("one item more is read").isEqualTo(1);
  }

  @Test
  void onlyTheLastNetworksAreKept() throws IOException {
    for (int i = 1; i <= 20; i++) {
      rightOpens(ANN, "192.0.2." + i);
      clock.advance(Duration.ofDays(1));
    }
    LoginHistory history = credentials.find(ANN).orElseThrow().history();
    assertThat(history.networks())
        .hasSize(16)
        .containsKey("192.0.2.20")
        .doesNotContainKey("192.0.2.4");
  }

  private record Charge(String key, Duration cost, List<String> wrong) {}

  private static final class CountingAttempts implements LoginAttempts {
    private final InMemoryLoginAttempts attempts = new InMemoryLoginAttempts();
    private final List<Charge> charges = new ArrayList<>();
    private final List<Integer> keysRead = new ArrayList<>();

    @Override
    public List<Debt> owed(List<String> keys) {
      keysRead.add(keys.size());
      return attempts.owed(keys);
    }

    @Override
    public void charge(String key, Duration cost, List<String> wrong, Instant now) {
      charges.add(new Charge(key, cost, wrong));
      attempts.charge(key, cost, wrong, now);
    }
  }
}
