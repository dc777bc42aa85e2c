package skypost.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.AuthorizeJson;
import skypost.mail.authorize.AuthorizeLogin;
import skypost.mail.authorize.AuthorizeRecipients;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.ScramAnswer;
import skypost.mail.authorize.Authorizer.SpendAnswer;
import skypost.mail.authorize.CheckRelayRecipients;
import skypost.mail.authorize.CountTogether;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Network;
import skypost.mail.directory.Postmaster;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.StoredPassword;
import skypost.mail.memory.InMemoryCredentials;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryLoginAttempts;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryProbedRecipients;
import skypost.mail.memory.InMemoryRelayRecipients;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.memory.InMemoryTallies;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramSalt;

/** The events of events/authorize-*.json, through the real handler. */
class AuthorizeHandlerTest {
  private static final Path EVENTS = Path.of("..", "..", "events");
  private static final EmailAddress ALICE = new EmailAddress("alice", "example.com");
  private static final ScramSalt SALT = new ScramSalt("W22ZaJ0SNY7soEsUEjb6gQ==", 4096);

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryCredentials credentials = new InMemoryCredentials();
  private final AuthorizeHandler handler =
      new AuthorizeHandler(
          new AuthorizeJson.Decisions(
              new AuthorizeLogin(
                  credentials, new InMemoryLoginAttempts(), directory, Clock.systemUTC()),
              new AuthorizeRecipients(
                  new AuthorizeRecipients.Ports(
                      directory,
                      new InMemoryMailboxes(),
                      new CheckRelayRecipients(
                          new InMemoryRelayRecipients(),
                          new InMemoryProbedRecipients(),
                          (domain, asked) -> List.of(),
                          Clock.systemUTC()),
                      new InMemorySuppressions()),
                  RelaySettings.DEFAULT,
                  Clock.systemUTC()),
              new Postmaster(directory, "mx.example.com"),
              new CountTogether(
                  new InMemoryTallies(), directory, RelaySettings.DEFAULT, Clock.systemUTC())));

  @BeforeEach
  void alice() throws IOException {
    directory.putDomain(Domain.local("example.com"));
    directory.putAccount(new Account.User(ALICE, 0, false));
    credentials.put(ALICE, SALT, StoredPassword.of("correct horse", SALT, new SecureRandom()));
  }

  @Test
  void aRightLoginIsGrantedWhatItNeeds() throws IOException {
    assertThat(AuthorizeJson.readLogin(handle("authorize-login.json")))
        .isEqualTo(
            new LoginAnswer.Accepted(ALICE, new Grant(List.of(ALICE), List.of("example.com"))));
  }

  @Test
  void whatAFrontHoldsIsTakenDownButForTheTrusted() throws IOException {
    assertThat(AuthorizeJson.readHold(handle("authorize-hold.json")).total()).isEqualTo(30);
    var again = AuthorizeJson.readHold(handle("authorize-hold.json"));
    assertThat(again.total()).as("the same front said the same again").isEqualTo(30);
    assertThat(again.exempt()).isFalse();
    directory.putRelay(new RelaySettings(List.of(Network.of("203.0.113.0/24")), Optional.empty()));
    assertThat(AuthorizeJson.readHold(handle("authorize-hold.json")).exempt()).isTrue();
    assertThat(AuthorizeJson.readSpend(handle("authorize-spend.json")).exempt()).isTrue();
  }

  @Test
  void whatIsUsedUpIsOwedForAMoment() throws IOException {
    Duration spent = Duration.ofMillis(450_000);
    assertThat(AuthorizeJson.readSpend(handle("authorize-spend.json")))
        .isEqualTo(new SpendAnswer(false, spent));
    assertThat(AuthorizeJson.readSpend(handle("authorize-spend.json")).owed())
        .isGreaterThan(spent.plusMinutes(5)) // what a slow machine pays back meanwhile
        .isLessThanOrEqualTo(spent.multipliedBy(2));
  }

  @Test
  void aWrongLoginIsRefused() throws IOException {
    assertThat(AuthorizeJson.readLogin(handle("authorize-login-wrong.json")))
        .isEqualTo(new LoginAnswer.Refused());
  }

  @Test
  void theSaltIsTold() throws IOException {
    assertThat(AuthorizeJson.readScramSalt(handle("authorize-scram-salt.json"))).isEqualTo(SALT);
  }

  @Test
  void aRightProofIsAnsweredWithOurs() throws IOException {
    assertThat(AuthorizeJson.readScram(handle("authorize-scram.json")))
        .isEqualTo(
            new ScramAnswer.Accepted(
                new ScramLogin(ALICE, "0q+Eo1Hqhzd1iRz5zFKfiDYC70qnKdLkd9dgaEGnyzY="),
                new Grant(List.of(ALICE), List.of("example.com"))));
    assertThat(AuthorizeJson.readScram(handle("authorize-scram-wrong.json")))
        .isEqualTo(new ScramAnswer.Refused());
  }

  @Test
  void aTokenOfNobodyIsRefused() throws IOException {
    assertThat(AuthorizeJson.readLogin(handle("authorize-token.json")))
        .isEqualTo(new LoginAnswer.Refused());
  }

  @Test
  void recipientsAreAnsweredInOrder() throws IOException {
    assertThat(AuthorizeJson.readRecipients(handle("authorize-recipients.json")))
        .extracting(RecipientAnswer::rule)
        .containsExactly("local-recipient", "no-mailbox", "relay-denied");
  }

  @Test
  void ourHostsPostmasterIsTaken() throws IOException {
    assertThat(AuthorizeJson.readRecipients(handle("authorize-postmaster.json")))
        .extracting(RecipientAnswer::rule)
        .containsExactly("local-recipient", "relay-denied");
  }

  @Test
  void whatIsNoQuestionFails() {
    assertThatThrownBy(() -> answer("{\"ask\": \"weather\"}".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("weather");
  }

  private byte[] handle(String event) throws IOException {
    return answer(Files.readAllBytes(EVENTS.resolve(event)));
  }

  private byte[] answer(byte[] question) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    handler.handleRequest(new ByteArrayInputStream(question), answer, null);
    return answer.toByteArray();
  }
}
