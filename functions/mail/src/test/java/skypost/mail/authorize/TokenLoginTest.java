package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.authorize.Authorizer.TokenQuestion;
import skypost.mail.authorize.BearerTokens.Verdict;
import skypost.mail.directory.Domain;
import skypost.mail.directory.StoredPassword;
import skypost.mail.memory.InMemoryCredentials;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryLoginAttempts;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;

/** What a token is worth is said by a port; here is who may log in with it, and what counts. */
class TokenLoginTest {
  private static final EmailAddress ALICE = new EmailAddress("alice", "example.com");
  private static final ScramSalt SALT = new ScramSalt("W22ZaJ0SNY7soEsUEjb6gQ==", 4096);
  private static final String CLIENT = "192.0.2.1";
  private static final LoginAnswer REFUSED = new LoginAnswer.Refused();
  private static final int NETWORK_BURST = 100;

  private final InMemoryCredentials credentials = new InMemoryCredentials();
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final AuthorizeLogin logins =
      new AuthorizeLogin(
          new AuthorizeLogin.Ports(
              credentials, new InMemoryLoginAttempts(), directory, TokenLoginTest::check),
          Clock.systemUTC());

  /** A token of this test is the address that it is for. */
  private static Verdict check(String token) throws IOException {
    return switch (token) {
      case "unreachable" -> throw new IOException("no keys");
      case "expired" -> new Verdict.Expired();
      case "forged" -> new Verdict.Invalid("signature");
      default -> new Verdict.Valid(EmailAddress.parse(token).orElseThrow());
    };
  }

  @BeforeEach
  void alice() throws IOException {
    directory.putDomain(Domain.local("example.com"));
    credentials.put(ALICE, SALT, StoredPassword.of("correct horse", SALT, new SecureRandom()));
  }

  private LoginAnswer login(Service service, String token, String... authzid) throws IOException {
    Optional<String> asked = List.of(authzid).stream().findFirst();
    return logins.decide(new TokenQuestion(service, CLIENT, asked, token));
  }

  private LoginAnswer password(String client) throws IOException {
    return logins.decide(
        new LoginQuestion(Service.POP3, client, "alice@example.com", "correct horse"));
  }

  @Test
  void aGoodTokenIsGrantedWhatAPasswordIs() throws IOException {
    assertThat(login(Service.SUBMISSION, "alice@example.com"))
        .isEqualTo(
            new LoginAnswer.Accepted(ALICE, new Grant(List.of(ALICE), List.of("example.com"))));
    assertThat(login(Service.POP3, "alice@example.com", "Alice@EXAMPLE.com"))
        .isEqualTo(new LoginAnswer.Accepted(ALICE, Grant.NONE));
  }

  @Test
  void nobodyActsForAnother() throws IOException {
    credentials.put(
        new EmailAddress("bob", "example.com"),
        SALT,
        StoredPassword.of("battery staple", SALT, new SecureRandom()));
    assertThat(login(Service.POP3, "alice@example.com", "bob@example.com")).isEqualTo(REFUSED);
    assertThat(login(Service.POP3, "alice@example.com", "alice")).isEqualTo(REFUSED);
    assertThat(login(Service.POP3, "alice@example.com", "")).isEqualTo(REFUSED);
  }

  @Test
  void whoIsUnknownOrGoneIsRefusedThoughTheIssuerKnowsHim() throws IOException {
    assertThat(login(Service.POP3, "carol@example.com")).isEqualTo(REFUSED);
    credentials.delete(ALICE);
    assertThat(login(Service.POP3, "alice@example.com")).isEqualTo(REFUSED);
  }

  @Test
  void withoutKeysNobodyKnows() {
    assertThatThrownBy(() -> login(Service.POP3, "unreachable")).isInstanceOf(IOException.class);
  }

  @Test
  void forgedTokensCountAgainstTheNetworkAndAGoodOneIsHeldToNothing() throws IOException {
    for (int i = 0; i < NETWORK_BURST; i++) {
      assertThat(login(Service.POP3, "forged", "alice@example.com")).isEqualTo(REFUSED);
    }
    assertThat(password(CLIENT)).as("a stranger's network that guesses").isEqualTo(REFUSED);
    assertThat(password("198.51.100.7"))
        .as("the name in a forged token is nobody's")
        .isInstanceOf(LoginAnswer.Accepted.class);
    assertThat(login(Service.POP3, "alice@example.com")).isInstanceOf(LoginAnswer.Accepted.class);
    assertThat(password(CLIENT))
        .as("she has been here by her token, and is known")
        .isInstanceOf(LoginAnswer.Accepted.class);
  }

  @Test
  void anExpiredTokenIsNoGuess() throws IOException {
    for (int i = 0; i < NETWORK_BURST + 1; i++) {
      assertThat(login(Service.POP3, "expired")).isEqualTo(REFUSED);
    }
    assertThat(password(CLIENT)).isInstanceOf(LoginAnswer.Accepted.class);
  }

  @Test
  void aProgramThatAsksForTheWrongNameDoesNotLockItsUserOut() throws IOException {
    for (int i = 0; i < NETWORK_BURST; i++) {
      login(Service.POP3, "alice@example.com", "alice");
    }
    assertThat(password(CLIENT)).isInstanceOf(LoginAnswer.Accepted.class);
  }

  @Test
  void theQuestionGoesThroughJsonAndShowsNoToken() throws IOException {
    var question =
        new TokenQuestion(Service.POP3, CLIENT, Optional.of("alice@example.com"), "secret");
    assertThat(question.toString()).contains("alice").doesNotContain("secret");
    assertThat(new String(AuthorizeJson.write(question), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"ask\":\"token\",\"service\":\"POP3\",\"client\":\"192.0.2.1\","
                + "\"authzid\":\"alice@example.com\",\"token\":\"secret\"}");
  }
}
