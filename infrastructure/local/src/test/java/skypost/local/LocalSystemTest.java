package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalSystemTest {
  private static final Map<String, String> TOKEN = Map.of("SKYPOST_ADMIN_TOKEN", "token");
  private static final String PASSWORD = "correct horse battery";

  @TempDir Path data;

  @Test
  void aMessageThatGotIts250IsInTheMailboxOnceAfterKill9() throws Exception {
    List<ProcessHandle> children;
    try (var system = RunningMain.start(data, TOKEN)) {
      Map<String, Integer> ports = system.ready();
      assertThat(put(ports, "/v1/domains/local.example", "{}")).isEqualTo(201);
      assertThat(
              put(ports, "/v1/users/reader@local.example", "{\"password\":\"" + PASSWORD + "\"}"))
          .isEqualTo(201);
      try (var smtp = new Lines(ports.get("smtp"))) {
        smtp.expect("220 ");
        smtp.ask("HELO client.example", "250");
        for (int i = 0; i < 20; i++) {
          smtp.ask("MAIL FROM:<a@remote.example>", "250");
          smtp.ask("RCPT TO:<reader@local.example>", "250");
          smtp.ask("DATA", "354");
          smtp.ask("Subject: " + i + "\r\n\r\ntext\r\n.", "250");
        }
      }
      children = system.process.descendants().toList();
      system.process.destroyForcibly().waitFor();
    }
    for (ProcessHandle child : children) {
      child.onExit().get(20, TimeUnit.SECONDS);
    }

    try (var again = RunningMain.start(data, TOKEN)) {
      Map<String, Integer> ports = again.ready();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      String status = status(ports);
      while (!status.startsWith("+OK 20 ") && System.nanoTime() < deadline) {
        Thread.sleep(200);
        status = status(ports);
      }
      assertThat(status).startsWith("+OK 20 ");
      again.process.destroy();
      assertThat(again.exitStatus()).isZero();
    }
  }

  @Test
  void theTokenIsMadePrintedOnceAndKept() throws Exception {
    String token;
    try (var first = RunningMain.start(data, Map.of())) {
      first.ready();
      String line =
          first.said().stream()
              .filter(said -> said.contains("admin token"))
              .findFirst()
              .orElseThrow();
      token = line.split(" ")[3];
      first.process.destroy();
      first.exitStatus();
    }
    try (var second = RunningMain.start(data, Map.of())) {
      Map<String, Integer> ports = second.ready();
      assertThat(second.said()).noneMatch(line -> line.contains("admin token"));
      assertThat(put(ports, "/v1/domains/local.example", "{}", token)).isEqualTo(201);
      assertThat(put(ports, "/v1/domains/local.example", "{}", "wrong")).isEqualTo(401);

      try (var third = RunningMain.start(data, Map.of())) {
        assertThat(third.exitStatus()).isEqualTo(2);
        assertThat(third.complaints())
            .singleElement()
            .asString()
            .contains("in use by another instance");
      }
    }
  }

  @Test
  void wrongSettingsAreToldAllInOneLine() throws Exception {
    Map<String, String> wrong =
        Map.of(
            "SKYPOST_PORT_API",
            "http",
            "SKYPOST_RETRY_SCHEDULE",
            "PT0S,soon",
            "SKYPOST_TLS_CERT",
            "nowhere.pem");
    try (var system = RunningMain.start(data, wrong)) {
      assertThat(system.exitStatus()).isEqualTo(2);
      assertThat(system.complaints())
          .singleElement()
          .asString()
          .contains("SKYPOST_PORT_API", "SKYPOST_RETRY_SCHEDULE", "SKYPOST_TLS_KEY");
    }
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(other.getLocalPort());
      try (var system = RunningMain.start(data, Map.of("SKYPOST_PORT_POP3", port))) {
        assertThat(system.exitStatus()).isEqualTo(2);
        assertThat(system.complaints())
            .singleElement()
            .asString()
            .contains(port, "SKYPOST_PORT_POP3");
      }
    }
  }

  @Test
  void unknownArgumentsAreRefused() throws Exception {
    try (var system = RunningMain.start(data, Map.of(), "check-weather")) {
      assertThat(system.exitStatus()).isEqualTo(2);
      assertThat(system.complaints()).singleElement().asString().contains("check-weather");
    }
  }

  private static int put(Map<String, Integer> ports, String path, String body) throws Exception {
    return put(ports, path, body, "token");
  }

  private static int put(Map<String, Integer> ports, String path, String body, String token)
      throws Exception {
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get("api") + path))
              .header("Authorization", "Bearer " + token)
              .header("Content-Type", "application/json")
              .PUT(HttpRequest.BodyPublishers.ofString(body))
              .build();
      return http.send(request, BodyHandlers.ofString()).statusCode();
    }
  }

  private static String status(Map<String, Integer> ports) throws IOException {
    try (var pop3 = new Lines(ports.get("pop3"))) {
      pop3.expect("+OK");
      pop3.ask("USER reader@local.example", "+OK");
      pop3.ask("PASS " + PASSWORD, "+OK");
      String status = pop3.ask("STAT", "+OK");
      pop3.ask("QUIT", "+OK");
      return status;
    }
  }

  /** A client that speaks line by line. */
  private static final class Lines implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    Lines(int port) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout(30_000);
      in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
    }

    String ask(String line, String expected) throws IOException {
      socket.getOutputStream().write((line + "\r\n").getBytes());
      return expect(expected);
    }

    String expect(String expected) throws IOException {
      String line = in.readLine();
      assertThat(line).startsWith(expected);
      return line;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
