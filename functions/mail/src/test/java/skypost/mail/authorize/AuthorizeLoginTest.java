package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Postmaster;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.ScramKeys;
import skypost.mail.directory.SmartHosts;
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
import skypost.protocol.sasl.ScramSalt;

class AuthorizeLoginTest {
  private static final EmailAddress ANN = address("ann@local.example");

  private final InMemoryCredentials credentials = new InMemoryCredentials();
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final AuthorizeLogin logins =
      new AuthorizeLogin(credentials, new InMemoryLoginAttempts(), directory, Clock.systemUTC());

  @BeforeEach
  void ann() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    ScramSalt salt = ScramKeys.salt(new SecureRandom());
    credentials.put(ANN, salt, StoredPassword.of("秘密 secret", salt, new SecureRandom()));
  }

  @Test
  void theRightPasswordOpens() throws IOException {
    assertThat(login(Service.POP3, "Ann@LOCAL.example", "秘密 secret"))
        .isEqualTo(new LoginAnswer.Accepted(ANN, Grant.NONE));
  }

  @Test
  void everyFailureLooksTheSame() throws IOException {
    assertThat(login(Service.POP3, "ann@local.example", "wrong"))
        .isEqualTo(new LoginAnswer.Refused());
    assertThat(login(Service.POP3, "ann@local.example", "")).isEqualTo(new LoginAnswer.Refused());
    assertThat(login(Service.POP3, "nobody@local.example", "秘密 secret"))
        .isEqualTo(new LoginAnswer.Refused());
    assertThat(login(Service.POP3, "not an address", "秘密 secret"))
        .isEqualTo(new LoginAnswer.Refused());
    assertThat(login(Service.POP3, "ann@local.example", "x".repeat(100_000)))
        .isEqualTo(new LoginAnswer.Refused());
  }

  @Test
  void aSubmissionNeedsNoSecondQuestionForForeignRecipients() throws IOException {
    var answer = (LoginAnswer.Accepted) login(Service.SUBMISSION, "ann@local.example", "秘密 secret");
    Optional<EmailAddress> asHerself = Optional.of(address("ANN@local.example"));

    assertThat(answer.grant().covers(asHerself, address("x@far.example"))).isTrue();
    assertThat(answer.grant().covers(asHerself, address("x@local.example"))).isFalse();
    assertThat(answer.grant().covers(asHerself, address("x@[192.0.2.1]"))).isFalse();
    assertThat(
            answer
                .grant()
                .covers(Optional.of(address("bob@local.example")), address("x@far.example")))
        .isFalse();
    assertThat(answer.grant().covers(Optional.empty(), address("x@far.example"))).isFalse();
  }

  @Test
  void whereAddressesAreSuppressedEverythingIsAsked() throws IOException {
    directory.putRelay(
        new RelaySettings(
            List.of(),
            SmartHosts.NONE,
            List.of(),
            List.of(),
            Map.of("local.example", Duration.ofDays(90))));

    assertThat(login(Service.SUBMISSION, "ann@local.example", "秘密 secret"))
        .isEqualTo(new LoginAnswer.Accepted(ANN, Grant.NONE));
  }

  @Test
  void withManyDomainsEverythingIsAsked() throws IOException {
    for (int i = 0; i < 101; i++) {
      directory.putDomain(Domain.local("d" + i + ".example"));
    }

    assertThat(login(Service.SUBMISSION, "ann@local.example", "秘密 secret"))
        .isEqualTo(new LoginAnswer.Accepted(ANN, Grant.NONE));
  }

  @Test
  void questionsAndAnswersSurviveTheWire() throws IOException {
    var recipients =
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
            Clock.systemUTC());
    var question =
        new LoginQuestion(Service.SUBMISSION, "192.0.2.1", "ann@local.example", "秘密 secret");
    byte[] answer =
        AuthorizeJson.answer(
            AuthorizeJson.write(question),
            new AuthorizeJson.Decisions(
                logins,
                recipients,
                new Postmaster(directory, "mx.test"),
                new CountTogether(
                    new InMemoryTallies(), directory, RelaySettings.DEFAULT, Clock.systemUTC())));

    assertThat(AuthorizeJson.readLogin(answer))
        .isEqualTo(
            new LoginAnswer.Accepted(ANN, new Grant(List.of(ANN), List.of("local.example"))));
    assertThat(question.toString()).doesNotContain("secret");
  }

  private LoginAnswer login(Service service, String username, String password) throws IOException {
    return logins.decide(new LoginQuestion(service, "192.0.2.1", username, password));
  }
}
