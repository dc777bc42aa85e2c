package skypost.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a load balancer is told. */
class HealthEndpointTest {
  private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());
  private HealthEndpoint health;

  @BeforeEach
  void start() throws IOException {
    var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    health = HealthEndpoint.start(anyPort, trouble::get);
  }

  @AfterEach
  void stop() {
    health.close();
  }

  @Test
  void wellThenFailingThenWellThenDraining() throws IOException {
    assertThat(ask("GET /health HTTP/1.1"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .endsWith("\r\n\r\n{\"status\":\"ok\"}");

    trouble.set(Optional.of("SMTP accepts no connections"));
    assertThat(ask("GET /health HTTP/1.1"))
        .startsWith("HTTP/1.1 503 ")
        .endsWith("{\"status\":\"failing\",\"reason\":\"SMTP accepts no connections\"}");

    trouble.set(Optional.empty());
    assertThat(ask("GET /health HTTP/1.1")).startsWith("HTTP/1.1 200 ");

    health.drain();
    assertThat(ask("GET /health HTTP/1.1"))
        .startsWith("HTTP/1.1 503 ")
        .endsWith("{\"status\":\"draining\"}");
  }

  @Test
  void lengthIsThatOfTheBody() throws IOException {
    assertThat(ask("GET /health HTTP/1.0")).contains("\r\nContent-Length: 15\r\n");
    assertThat(ask("HEAD /health HTTP/1.1"))
        .contains("\r\nContent-Length: 15\r\n")
        .endsWith("\r\n\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "GET / HTTP/1.1, 404",
    "POST /health HTTP/1.1, 405",
    "EHLO somebody, 400",
    "GET /health, 400",
    "GET /health HTTP/2, 400"
  })
  void anythingElseIsRefused(String request, int status) throws IOException {
    assertThat(ask(request)).startsWith("HTTP/1.1 " + status + " ");
  }

  @Test
  void endlessRequestIsCutOff() throws IOException {
    String fields = "X: y\r\n".repeat(200);
    assertThat(ask("GET /health HTTP/1.1\r\n" + fields)).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void closedServerIsNotAccepting() throws IOException {
    var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    TcpServer server =
        TcpServer.start(TcpServer.Options.plain("x", anyPort, 1, "busy", "bye"), wire -> {});
    assertThat(server.isAccepting()).isTrue();
    server.close();
    assertThat(server.isAccepting()).isFalse();
  }

  private String ask(String request) throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), health.port())) {
      client
          .getOutputStream()
          .write((request + "\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
