package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.ScramAnswer;
import skypost.mail.authorize.Authorizer.ScramQuestion;
import skypost.mail.authorize.Authorizer.ScramSaltQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.authorize.Authorizer.TokenQuestion;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;

class SteadyRefusalsTest {
  private static final Duration LEAST = Duration.ofMillis(300);
  private final Authorizer authorizer = new SteadyRefusals(new RefusesAtOnce(), LEAST);

  @Test
  void aRefusalTakesItsTime() throws IOException {
    long before = System.nanoTime();
    LoginAnswer answer =
        authorizer.login(new LoginQuestion(Service.POP3, "192.0.2.1", "ann@x.example", "x"));
    assertThat(answer).isInstanceOf(LoginAnswer.Refused.class);
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(LEAST.toNanos());

    before = System.nanoTime();
    ScramAnswer proof =
        authorizer.scramLogin(
            new ScramQuestion(Service.POP3, "192.0.2.1", new ScramProof("ann", "x", "AAAA")));
    assertThat(proof).isInstanceOf(ScramAnswer.Refused.class);
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(LEAST.toNanos());
  }

  private static final class RefusesAtOnce implements Authorizer {
    @Override
    public LoginAnswer login(LoginQuestion question) {
      return new LoginAnswer.Refused();
    }

    @Override
    public ScramSalt scramSalt(ScramSaltQuestion question) {
      return new ScramSalt("c2FsdA==", 4096);
    }

    @Override
    public LoginAnswer tokenLogin(TokenQuestion question) {
      return new LoginAnswer.Refused();
    }

    @Override
    public ScramAnswer scramLogin(ScramQuestion question) {
      return new ScramAnswer.Refused();
    }

    @Override
    public List<RecipientAnswer> recipients(RecipientsQuestion question) {
      return List.of();
    }
  }
}
