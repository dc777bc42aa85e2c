package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.ScramQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.authorize.Authorizer.TokenQuestion;
import skypost.mail.contract.TestClock;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;

class RememberingAuthorizerTest {
  private static final EmailAddress ALICE = new EmailAddress("alice", "example.com");
  private static final Grant GRANT = new Grant(List.of(ALICE), List.of("example.com"));

  private final List<LoginQuestion> asked = new ArrayList<>();
  private int proofs;
  private int tokens;
  private final TestClock clock = new TestClock("2026-01-01T00:00:00Z");
  private final Authorizer authorizer =
      new RememberingAuthorizer(
          new Authorizer() {
            @Override
            public LoginAnswer login(LoginQuestion question) {
              asked.add(question);
              return question.password().equals("right")
                  ? new LoginAnswer.Accepted(ALICE, GRANT)
                  : new LoginAnswer.Refused();
            }

            @Override
            public ScramSalt scramSalt(ScramSaltQuestion question) {
              return new ScramSalt("c2FsdA==", 4096);
            }

            @Override
            public LoginAnswer tokenLogin(TokenQuestion question) {
              tokens++;
              return new LoginAnswer.Accepted(ALICE, Grant.NONE);
            }

            @Override
            public ScramAnswer scramLogin(ScramQuestion question) {
              proofs++;
              return new ScramAnswer.Refused();
            }

            @Override
            public List<RecipientAnswer> recipients(RecipientsQuestion question) {
              return List.of();
            }
          },
          clock);

  private static LoginQuestion question(Service service, String username, String password) {
    return new LoginQuestion(service, "192.0.2.1", username, password);
  }

  @Test
  void confirmedLoginIsAskedOnceUntilItsTimeIsOver() throws IOException {
    var right = question(Service.POP3, "alice@example.com", "right");
    assertThat(authorizer.login(right)).isInstanceOf(LoginAnswer.Accepted.class);
    clock.advance(RememberingAuthorizer.MEMORY.minusMillis(1));
    assertThat(authorizer.login(right)).isInstanceOf(LoginAnswer.Accepted.class);
    assertThat(asked).hasSize(1);
    clock.advance(Duration.ofMillis(1));
    authorizer.login(right);
    assertThat(asked).hasSize(2);
  }

  @Test
  void whatWasGrantedAtLoginIsNotRememberedForTheNextSession() throws IOException {
    var right = question(Service.SUBMISSION, "alice@example.com", "right");

    assertThat(authorizer.login(right)).isEqualTo(new LoginAnswer.Accepted(ALICE, GRANT));
    assertThat(authorizer.login(right)).isEqualTo(new LoginAnswer.Accepted(ALICE, Grant.NONE));
  }

  @Test
  void nothingButTheSameLoginIsRemembered() throws IOException {
    authorizer.login(question(Service.POP3, "alice@example.com", "right"));
    assertThat(authorizer.login(question(Service.POP3, "alice@example.com", "wrong")))
        .isInstanceOf(LoginAnswer.Refused.class);
    assertThat(authorizer.login(question(Service.POP3, "alice@example.com", "wrong")))
        .isInstanceOf(LoginAnswer.Refused.class);
    authorizer.login(question(Service.SUBMISSION, "alice@example.com", "right"));
    authorizer.login(question(Service.POP3, "alice@example.co", "mright"));
    assertThat(asked).as("each of these is another question").hasSize(5);
  }

  @Test
  void proofsAreAskedAboutEachTime() throws IOException {
    var proof = new ScramProof("alice@example.com", "n=alice,r=1", "cHJvb2Y=");
    authorizer.scramLogin(new ScramQuestion(Service.POP3, "192.0.2.1", proof));
    authorizer.scramLogin(new ScramQuestion(Service.POP3, "192.0.2.1", proof));
    assertThat(proofs).isEqualTo(2);
  }

  @Test
  void tokensAreAskedAboutEachTime() throws IOException {
    var token = new TokenQuestion(Service.POP3, "192.0.2.1", Optional.empty(), "token");
    authorizer.tokenLogin(token);
    assertThat(authorizer.tokenLogin(token)).isInstanceOf(LoginAnswer.Accepted.class);
    assertThat(tokens).as("one may have ended meanwhile").isEqualTo(2);
  }

  @Test
  void memoryIsBounded() throws IOException {
    for (int i = 0; i < 10_001; i++) {
      authorizer.login(question(Service.POP3, "user" + i, "right"));
    }
    authorizer.login(question(Service.POP3, "user10000", "right"));
    assertThat(asked).as("the newest is remembered").hasSize(10_001);
    authorizer.login(question(Service.POP3, "user0", "right"));
    assertThat(asked).as("the oldest had to go").hasSize(10_002);
  }
}
