package skypost.mail.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.tls.SelfSignedCertificate;
import skypost.mail.tls.TrustedRoots;
import skypost.protocol.net.TlsContexts;

/** Reports by HTTPS, to a server of ours. */
class HttpsReportsTest {
  private static final SelfSignedCertificate SERVER =
      SelfSignedCertificate.generate("localhost", Instant.now());
  private static final byte[] FILE = {31, -117, 1, 2, 3};

  private final List<String> taken = new ArrayList<>();
  private HttpsServer server;
  private int status = 201;

  @BeforeEach
  void start() throws Exception {
    server = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(TlsContexts.server(SERVER.certificate(), SERVER.key())));
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          taken.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("content-type")
                  + " "
                  + body.length);
          exchange.getResponseHeaders().add("location", "/elsewhere");
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void post(boolean isInsideAllowed) throws IOException {
    try (var reports =
        new HttpsReports(TrustedRoots.context(SERVER.certificate()), isInsideAllowed)) {
      reports.post(
          URI.create("https://localhost:" + server.getAddress().getPort() + "/v1?a=b"),
          OutgoingReport.TLS_TYPE,
          FILE);
    }
  }

  @Test
  void aFileIsPosted() throws IOException {
    post(true);

    assertThat(taken).containsExactly("POST /v1?a=b application/tlsrpt+gzip 5");
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 404, 500})
  void whatIsNotTakenIsAFault(int answered) {
    status = answered;

    assertThatThrownBy(() -> post(true)).hasMessage("localhost answered " + answered);
    assertThat(taken).as("it follows nowhere").hasSize(1);
  }

  @Test
  void nothingGoesInside() {
    assertThatThrownBy(() -> post(false)).hasMessage("localhost is at a private address");
    assertThat(taken).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/", // Lambda's neighbours, EC2's secrets
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "http://192.0.2.1/",
        "https:///nowhere",
        "file:///etc/passwd",
      })
  void placesThatAreNone(String where) {
    try (var reports = new HttpsReports(TrustedRoots.context(""), false)) {
      assertThatThrownBy(() -> reports.post(URI.create(where), OutgoingReport.TLS_TYPE, FILE))
          .isInstanceOf(IOException.class)
          .hasMessageMatching(".*(is at a private address|is no place to post to)");
    }
  }

  @Test
  void anUntrustedServerGetsNothing() {
    try (var reports = new HttpsReports(TrustedRoots.context(""), true)) {
      URI where = URI.create("https://localhost:" + server.getAddress().getPort() + "/");
      assertThatThrownBy(() -> reports.post(where, OutgoingReport.TLS_TYPE, FILE))
          .isInstanceOf(IOException.class);
    }
    assertThat(taken).isEmpty();
    assertThatCode(() -> post(true)).doesNotThrowAnyException();
  }

  @Test
  void aServerThatDoesNotEndItsAnswerIsGivenUp() {
    server.removeContext("/");
    server.createContext("/", exchange -> exchange.sendResponseHeaders(200, 10)); // and no more
    try (var reports =
        new HttpsReports(TrustedRoots.context(SERVER.certificate()), true, Duration.ofSeconds(2))) {
      var where = URI.create("https://localhost:" + server.getAddress().getPort() + "/");

      assertTimeoutPreemptively(
          Duration.ofMinutes(1),
          () ->
              assertThatThrownBy(() -> reports.post(where, OutgoingReport.TLS_TYPE, FILE))
                  .hasMessage("localhost is too slow"));
    }
  }
}
