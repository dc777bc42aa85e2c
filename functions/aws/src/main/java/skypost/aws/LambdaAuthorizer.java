package skypost.aws;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import skypost.mail.authorize.AuthorizeJson;
import skypost.mail.authorize.Authorizer;
import skypost.protocol.sasl.ScramSalt;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/**
 * Asks AuthorizeFunction. Whatever goes wrong on the way is "no answer", never a yes and never a
 * no.
 */
public final class LambdaAuthorizer implements Authorizer {
  private final LambdaClient lambda;
  private final String function;

  /**
   * @param function name, or ARN of the alias, of AuthorizeFunction
   */
  public LambdaAuthorizer(LambdaClient lambda, String function) {
    this.lambda = lambda;
    this.function = function;
  }

  @Override
  public LoginAnswer login(LoginQuestion question) throws IOException {
    return AuthorizeJson.readLogin(invoke(AuthorizeJson.write(question)));
  }

  @Override
  public ScramSalt scramSalt(ScramSaltQuestion question) throws IOException {
    return AuthorizeJson.readScramSalt(invoke(AuthorizeJson.write(question)));
  }

  @Override
  public ScramAnswer scramLogin(ScramQuestion question) throws IOException {
    return AuthorizeJson.readScram(invoke(AuthorizeJson.write(question)));
  }

  @Override
  public LoginAnswer tokenLogin(TokenQuestion question) throws IOException {
    return AuthorizeJson.readLogin(invoke(AuthorizeJson.write(question)));
  }

  @Override
  public List<RecipientAnswer> recipients(RecipientsQuestion question) throws IOException {
    List<RecipientAnswer> answers =
        AuthorizeJson.readRecipients(invoke(AuthorizeJson.write(question)));
    if (answers.size() != question.recipients().size()) {
      throw new IOException(
          answers.size() + " answers to " + question.recipients().size() + " recipients");
    }
    return answers;
  }

  @Override
  public SpendAnswer spend(SpendQuestion question) throws IOException {
    return AuthorizeJson.readSpend(invoke(AuthorizeJson.write(question)));
  }

  @Override
  public HoldAnswer hold(HoldQuestion question) throws IOException {
    return AuthorizeJson.readHold(invoke(AuthorizeJson.write(question)));
  }

  private byte[] invoke(byte[] question) throws IOException {
    InvokeResponse response =
        Calls.call(() ->
            lambda.invoke(
                invoke -> invoke.functionName(function).payload(SdkBytes.fromByteArray(question))));
    byte[] answer = response.payload().asByteArray();
    if (response.functionError() != null) {
      throw new IOException(
          "AuthorizeFunction failed: " + new String(answer, StandardCharsets.UTF_8));
    }
    return answer;
  }
}
