package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import skypost.local.s3.AccessKey;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.RequestTooLargeException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

class LambdaEndpointTest {
  private final AwsClients clients = new AwsClients(new AccessKey("id", "secret"));
  private LambdaEndpoint endpoint;

  @AfterEach
  void stop() {
    endpoint.close();
    clients.close();
  }

  @Test
  void theAnswerOfAHandlerComesBack() throws Exception {
    LambdaClient lambda =
        serve((in, out, context) ->
            out.write(("{\"was\":" + new String(in.readAllBytes()) + "}").getBytes()));

    InvokeResponse response = invoke(lambda, "Echo", "{\"a\":1}");
    assertThat(response.payload().asUtf8String()).isEqualTo("{\"was\":{\"a\":1}}");
    assertThat(response.functionError()).isNull();
    assertThat(response.executedVersion()).isEqualTo("$LATEST");
    assertThat(
            invoke(lambda, "arn:aws:lambda:us-east-1:000000000000:function:Echo", "1")
                .payload()
                .asUtf8String())
        .isEqualTo("{\"was\":1}");
  }

  @Test
  void aHandlerIsToldItsNameAndTheTimeThatIsLeft() throws Exception {
    LambdaClient lambda =
        serve((in, out, context) ->
            out.write(
                "[\"%s\",%b]"
                    .formatted(context.getFunctionName(), context.getRemainingTimeInMillis() > 1000)
                    .getBytes()));

    assertThat(invoke(lambda, "Echo", "{}").payload().asUtf8String()).isEqualTo("[\"Echo\",true]");
  }

  @Test
  void whatAHandlerThrowsIsAFunctionError() throws Exception {
    LambdaClient lambda =
        serve((in, out, context) -> {
          throw new IllegalStateException("no such thing");
        });

    InvokeResponse response = invoke(lambda, "Echo", "{}");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.functionError()).isEqualTo("Unhandled");
    assertThat(response.payload().asUtf8String())
        .contains(
            "\"errorMessage\":\"no such thing\"",
            "\"errorType\":\"java.lang.IllegalStateException\"");
  }

  @Test
  void aHandlerThatTakesTooLongIsInterrupted() throws Exception {
    var interrupted = new CountDownLatch(1);
    LambdaClient lambda =
        serve(
            (in, out, context) -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException late) {
                interrupted.countDown();
              }
            },
            Duration.ofMillis(200));

    assertThat(invoke(lambda, "Echo", "{}").payload().asUtf8String()).contains("Task timed out");
    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anEventIsTriedThreeTimes() throws Exception {
    var tries = new CountDownLatch(3);
    var count = new AtomicInteger();
    LambdaClient lambda =
        serve((in, out, context) -> {
          count.incrementAndGet();
          tries.countDown();
          throw new IllegalStateException("again");
        });

    var response =
        lambda.invoke(r ->
            r.functionName("Echo")
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String("{}")));
    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(tries.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(count).hasValue(3);
  }

  @Test
  void wrongRequestsAreRefusedAsLambdaDoes() throws Exception {
    LambdaClient lambda = serve((in, out, context) -> {});

    assertThatThrownBy(() -> invoke(lambda, "Other", "{}"))
        .isInstanceOf(ResourceNotFoundException.class);
    assertThatThrownBy(() -> invoke(lambda, "Echo", "{"))
        .hasMessageContaining("Could not parse request body");
    assertThatThrownBy(() -> invoke(lambda, "Echo", "\"" + "x".repeat(6 * 1024 * 1024) + "\""))
        .isInstanceOf(RequestTooLargeException.class);
  }

  private LambdaClient serve(RequestStreamHandler handler) throws Exception {
    return serve(handler, Duration.ofSeconds(20));
  }

  private LambdaClient serve(RequestStreamHandler handler, Duration timeout) throws Exception {
    endpoint = LambdaEndpoint.start(0, List.of(new LambdaFunction("Echo", handler, timeout)));
    return clients.lambda(endpoint.endpoint());
  }

  private static InvokeResponse invoke(LambdaClient lambda, String name, String payload) {
    return lambda.invoke(
        request -> request.functionName(name).payload(SdkBytes.fromUtf8String(payload)));
  }
}
