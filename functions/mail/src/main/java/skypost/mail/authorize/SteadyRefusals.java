package skypost.mail.authorize;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import skypost.protocol.sasl.ScramSalt;

/**
 * Answers every refused login after the same time, however it came to be refused: with a hash
 * computed or without, with the user there or not, after a cold start or a warm one. Waiting here
 * costs a virtual thread; in AuthorizeFunction it would cost the price of the function.
 */
public final class SteadyRefusals implements Authorizer {
  /** Longer than a check takes, as long as a person does not mind and a guesser does. */
  public static final Duration USUAL = Duration.ofSeconds(2);

  private final Authorizer authorizer;
  private final Duration least;

  /**
   * @param least from the question to a refusal
   */
  public SteadyRefusals(Authorizer authorizer, Duration least) {
    this.authorizer = authorizer;
    this.least = least;
  }

  @Override
  public LoginAnswer login(LoginQuestion question) throws IOException {
    long asked = System.nanoTime();
    LoginAnswer answer = authorizer.login(question);
    if (answer instanceof LoginAnswer.Refused) {
      waitSince(asked);
    }
    return answer;
  }

  @Override
  public ScramSalt scramSalt(ScramSaltQuestion question) throws IOException {
    return authorizer.scramSalt(question);
  }

  @Override
  public ScramAnswer scramLogin(ScramQuestion question) throws IOException {
    long asked = System.nanoTime();
    ScramAnswer answer = authorizer.scramLogin(question);
    if (answer instanceof ScramAnswer.Refused) {
      waitSince(asked);
    }
    return answer;
  }

  @Override
  public LoginAnswer tokenLogin(TokenQuestion question) throws IOException {
    long asked = System.nanoTime();
    LoginAnswer answer = authorizer.tokenLogin(question);
    if (answer instanceof LoginAnswer.Refused) {
      waitSince(asked);
    }
    return answer;
  }

  @Override
  public SpendAnswer spend(SpendQuestion question) throws IOException {
    return authorizer.spend(question);
  }

  @Override
  public HoldAnswer hold(HoldQuestion question) throws IOException {
    return authorizer.hold(question);
  }

  @Override
  public List<RecipientAnswer> recipients(RecipientsQuestion question) throws IOException {
    return authorizer.recipients(question);
  }

  private void waitSince(long asked) throws IOException {
    try {
      Thread.sleep(least.minusNanos(System.nanoTime() - asked)); // none when that is over
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped", stop);
    }
  }
}
