package skypost.authorize;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a little server: what it says, and what is not followed or taken. */
class HttpDocumentsTest {
  private final HttpDocuments documents = new HttpDocuments();
  private HttpServer server;
  private String base;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/good", exchange -> answer(exchange, 200, "{}"));
    server.createContext("/huge", exchange -> answer(exchange, 200, "x".repeat((1 << 18) + 1)));
    server.createContext("/gone", exchange -> answer(exchange, 404, "{}"));
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().set("Location", base + "/good");
          answer(exchange, 302, "");
        });
    server.start();
    base = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] octets = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, octets.length == 0 ? -1 : octets.length);
    exchange.getResponseBody().write(octets);
    exchange.close();
  }

  @Test
  void aDocumentIsFetched() throws IOException {
    assertThat(documents.get(base + "/good")).isEqualTo("{}");
  }

  @Test
  void noRedirectIsFollowedAndNothingHugeTaken() {
    assertThatThrownBy(() -> documents.get(base + "/moved"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("302");
    assertThatThrownBy(() -> documents.get(base + "/huge")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> documents.get(base + "/gone")).isInstanceOf(IOException.class);
  }

  @Test
  void nobodyThere() {
    server.stop(0);
    assertThatThrownBy(() -> documents.get(base + "/good")).isInstanceOf(IOException.class);
  }
}
