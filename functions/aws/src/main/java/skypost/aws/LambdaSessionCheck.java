package skypost.aws;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.mail.message.MessageId;
import skypost.mail.verify.SessionCheck;
import skypost.protocol.smtp.SmtpReply;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/**
 * Asks ReceiveFunction about a staged message, with its client waiting. The event is {@code
 * {"check": "<id>"}}, the answer {@code {"refused": {…}}} or an empty object.
 */
public final class LambdaSessionCheck implements SessionCheck {
  private static final String CHECK = "check";
  private static final String REFUSED = "refused";

  private final LambdaClient lambda;
  private final String function;
  private final Duration longest;

  /**
   * @param function name or ARN of ReceiveFunction
   * @param longest how long an answer is waited for, with all that the SDK tries
   */
  public LambdaSessionCheck(LambdaClient lambda, String function, Duration longest) {
    this.lambda = lambda;
    this.function = function;
    this.longest = longest;
  }

  @Override
  public Optional<SmtpReply> refusal(MessageId id) throws IOException {
    byte[] event = Fields.bytes(Map.of(CHECK, id.value()));
    InvokeResponse response =
        Calls.call(() ->
            lambda.invoke(invoke ->
                invoke
                    .functionName(function)
                    .payload(SdkBytes.fromByteArray(event))
                    .overrideConfiguration(
                        limits -> limits.apiCallTimeout(longest).apiCallAttemptTimeout(longest))));
    byte[] answer = response.payload().asByteArray();
    if (response.functionError() != null) {
      throw new IOException(
          "ReceiveFunction failed: " + new String(answer, StandardCharsets.UTF_8));
    }
    Fields fields = Fields.read(answer);
    return fields.has(REFUSED) ? Optional.of(fields.reply(REFUSED)) : Optional.empty();
  }

  /** The message that ReceiveFunction is asked about; empty for any other event. */
  public static Optional<MessageId> question(Fields event) throws IOException {
    if (!event.has(CHECK)) {
      return Optional.empty();
    }
    String id = event.text(CHECK);
    return Optional.of(
        MessageId.parse(id).orElseThrow(() -> new IOException("not the id of a message: " + id)));
  }

  /** What ReceiveFunction answers. */
  public static byte[] answer(Optional<SmtpReply> refusal) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    refusal.ifPresent(reply -> fields.put(REFUSED, Fields.write(reply)));
    return Fields.bytes(fields);
  }
}
