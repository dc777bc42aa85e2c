package skypost.aws.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import skypost.aws.http.ScriptedHost.Step;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/** The client against a host that does what it is told. */
@Timeout(60)
class BlockingHttpClientTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final BlockingHttpClient client =
      new BlockingHttpClient(
          new BlockingHttpClient.Options(
              2, Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMillis(50)));
  private ScriptedHost host;

  @AfterEach
  void stop() throws IOException {
    client.close();
    if (host != null) {
      host.close();
    }
  }

  private void start(Step... steps) throws IOException {
    host = ScriptedHost.start(steps);
  }

  private ExecutableHttpRequest request(SdkHttpMethod method, String content, String... headers) {
    var request =
        SdkHttpRequest.builder()
            .method(method)
            .protocol("http")
            .host("127.0.0.1")
            .port(host.port())
            .encodedPath("/a%20b")
            .appendRawQueryParameter("list-type", "2");
    for (int i = 0; i < headers.length; i += 2) {
      request.putHeader(headers[i], headers[i + 1]);
    }
    if (!content.isEmpty()) {
      request.putHeader("Content-Length", Integer.toString(content.length()));
    }
    return client.prepareRequest(
        HttpExecuteRequest.builder()
            .request(request.build())
            .contentStreamProvider(
                content.isEmpty() ? null : ContentStreamProvider.fromUtf8String(content))
            .build());
  }

  private static String text(HttpExecuteResponse response) throws IOException {
    try (var body = response.responseBody().orElseThrow()) {
      return new String(body.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void whatWasReadToItsEndLeavesTheConnectionForTheNext() throws Exception {
    start(Step.answer(OK), Step.answer(OK));

    assertThat(text(request(SdkHttpMethod.GET, "").call())).isEqualTo("ok");
    assertThat(text(request(SdkHttpMethod.POST, "hello", "X-Amz-Date", "now").call()))
        .isEqualTo("ok");

    assertThat(host.connections()).isEqualTo(1);
    assertThat(host.heard(0))
        .isEqualTo(
            "GET /a%20b?list-type=2 HTTP/1.1\r\nHost: 127.0.0.1:" + host.port() + "\r\n\r\n");
    assertThat(host.heard(1))
        .startsWith("POST /a%20b?list-type=2 HTTP/1.1\r\n")
        .contains("\r\nX-Amz-Date: now\r\n", "\r\nContent-Length: 5\r\n")
        .endsWith("\r\n\r\nhello");
  }

  @Test
  void anAnswerInChunksIsWhole() throws Exception {
    start(
        Step.answer(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: 1\r\n\r\n"),
        Step.answer(OK));

    assertThat(text(request(SdkHttpMethod.GET, "").call())).isEqualTo("hello world");
    assertThat(text(request(SdkHttpMethod.GET, "").call())).isEqualTo("ok");
    assertThat(host.connections()).isEqualTo(1);
  }

  @Test
  void answersWithoutContentAreAnswers() throws Exception {
    start(
        Step.answer("HTTP/1.1 204 No Content\r\nx-amz-id-2: a\r\n\r\n"),
        Step.answer("HTTP/1.1 200 OK\r\nContent-Length: 4711\r\n\r\n"),
        Step.answer(OK));

    HttpExecuteResponse deleted = request(SdkHttpMethod.DELETE, "").call();
    assertThat(deleted.httpResponse().statusCode()).isEqualTo(204);
    assertThat(deleted.httpResponse().firstMatchingHeader("X-Amz-Id-2")).hasValue("a");
    assertThat(deleted.responseBody()).isEmpty();
    HttpExecuteResponse head = request(SdkHttpMethod.HEAD, "").call();
    assertThat(head.httpResponse().firstMatchingHeader("content-length")).hasValue("4711");
    assertThat(text(request(SdkHttpMethod.GET, "").call())).isEqualTo("ok");
    assertThat(host.connections()).isEqualTo(1);
  }

  @Test
  void aConnectionThatTheHostClosedIsReplaced() throws Exception {
    start(Step.answer(OK), Step.closed(), Step.answer(OK));

    assertThat(text(request(SdkHttpMethod.GET, "").call())).isEqualTo("ok");
    assertThat(text(request(SdkHttpMethod.POST, "again").call())).isEqualTo("ok");
    assertThat(host.connections()).isEqualTo(2);
  }

  @Test
  void aNewConnectionThatEndsIsAFault() throws Exception {
    start(Step.closed());

    assertThatThrownBy(() -> request(SdkHttpMethod.GET, "").call()).isInstanceOf(IOException.class);
    assertThat(host.connections()).isEqualTo(1);
  }

  @Test
  void anAnswerThatIsCutOffIsAFault() throws Exception {
    start(Step.answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), Step.closed());

    HttpExecuteResponse half = request(SdkHttpMethod.GET, "").call();
    assertThatThrownBy(() -> text(half)).isInstanceOf(IOException.class);
  }

  @Test
  void whatIsNotWantedIsNotSent() throws Exception {
    start(
        Step.answerToHead("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
        Step.answer(OK));

    HttpExecuteResponse refused =
        request(SdkHttpMethod.PUT, "content", "Expect", "100-continue").call();
    assertThat(refused.httpResponse().statusCode()).isEqualTo(403);
    assertThat(text(refused)).isEqualTo("no");
    assertThat(host.heard(0)).endsWith("\r\n\r\n");
    assertThat(text(request(SdkHttpMethod.GET, "").call())).isEqualTo("ok");
    assertThat(host.connections()).isEqualTo(2);
  }

  @Test
  void whatIsWantedIsSent() throws Exception {
    start(Step.continued(OK));

    HttpExecuteResponse taken =
        request(SdkHttpMethod.PUT, "content", "Expect", "100-continue").call();
    assertThat(text(taken)).isEqualTo("ok");
    assertThat(host.heard(0)).endsWith("\r\n\r\ncontent");
  }

  @Test
  void moreThanTheConnectionsWaitsAndThenFails() throws Exception {
    start(Step.answer(OK), Step.answer(OK), Step.answer(OK));

    HttpExecuteResponse first = request(SdkHttpMethod.GET, "").call();
    HttpExecuteResponse second = request(SdkHttpMethod.GET, "").call();
    assertThatThrownBy(() -> request(SdkHttpMethod.GET, "").call()).hasMessageContaining("in use");

    assertThat(text(first)).isEqualTo("ok");
    assertThat(text(request(SdkHttpMethod.GET, "").call())).isEqualTo("ok");
    assertThat(text(second)).isEqualTo("ok");
  }

  @Test
  void abortingEndsAWaitingRequestAndNoOther() throws Exception {
    start(Step.silent(), Step.answer(OK), Step.answer(OK));

    ExecutableHttpRequest waiting = request(SdkHttpMethod.GET, "");
    var failed = new CompletableFuture<Exception>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            waiting.call();
          } catch (IOException fault) {
            failed.complete(fault);
          }
        });
    host.awaitRequest();
    waiting.abort();
    assertThat(failed.get()).isInstanceOf(IOException.class);

    ExecutableHttpRequest done = request(SdkHttpMethod.GET, "");
    assertThat(text(done.call())).isEqualTo("ok");
    done.abort(); // too late: its connection is another's by now
    assertThat(text(request(SdkHttpMethod.GET, "").call())).isEqualTo("ok");
    assertThat(host.connections()).isEqualTo(2);
  }

  @Test
  void aCertificateThatNobodyVouchesForIsRefused() throws Exception {
    host = ScriptedHost.startTls(Step.answer(OK));
    var request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.GET)
            .protocol("https")
            .host("127.0.0.1")
            .port(host.port())
            .encodedPath("/")
            .build();

    assertThatThrownBy(() ->
            client.prepareRequest(HttpExecuteRequest.builder().request(request).build()).call())
        .isInstanceOf(SSLException.class);
  }
}
