package skypost.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The container's program as its own process. */
@Timeout(60)
class Pop3MainTest {
  private static final Map<String, String> AWS =
      Map.of(
          "SKYPOST_BUCKET", "mail",
          "SKYPOST_TABLE_MAILBOXES", "mailboxes",
          "SKYPOST_FUNCTION_AUTHORIZE", "authorize",
          "AWS_REGION", "us-east-1",
          "AWS_ACCESS_KEY_ID", "none",
          "AWS_SECRET_ACCESS_KEY", "none");

  @Test
  void helpNamesEverySetting() throws IOException, InterruptedException {
    Process help = start(Map.of(), "--help");
    String text = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(help.waitFor()).isZero();
    assertThat(text)
        .contains(
            "SKYPOST_HOSTNAME",
            "SKYPOST_PORT_POP3 ",
            "SKYPOST_PORT_POP3S",
            "SKYPOST_TLS_CERT",
            "SKYPOST_TLS_KEY")
        .contains("SKYPOST_TRUSTED_NETWORKS", "SKYPOST_PROXY_NETWORKS", "SKYPOST_MAX_CONNECTIONS")
        .contains("SKYPOST_PORT_HEALTH", "SKYPOST_DRAIN_NOTICE")
        .contains("SKYPOST_BUCKET", "SKYPOST_TABLE_MAILBOXES", "SKYPOST_FUNCTION_AUTHORIZE");
  }

  @Test
  void wrongSettingsAreToldTogetherInOneLine() throws IOException, InterruptedException {
    Process wrong =
        start(
            Map.of(
                "SKYPOST_PORT_POP3",
                "pop3",
                "SKYPOST_TRUSTED_NETWORKS",
                "192.0.2.1/24",
                "SKYPOST_TLS_CERT",
                "x"));
    String errors = new String(wrong.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(wrong.waitFor()).isEqualTo(2);
    assertThat(errors.lines()).hasSize(1);
    assertThat(errors)
        .contains(
            "SKYPOST_PORT_POP3",
            "SKYPOST_TRUSTED_NETWORKS",
            "SKYPOST_TLS_",
            "SKYPOST_BUCKET is not set");
  }

  @Test
  void servesUntilItIsTerminatedAndSaysGoodbye() throws IOException, InterruptedException {
    Map<String, String> environment = new java.util.HashMap<>(AWS);
    environment.putAll(
        Map.of(
            "SKYPOST_PORT_POP3",
            "0",
            "SKYPOST_PORT_POP3S",
            "0",
            "SKYPOST_HOSTNAME",
            "pop.here.example"));
    Process server = start(environment);
    try (BufferedReader log = server.errorReader()) {
      Matcher ready =
          Pattern.compile("event=ready pop3=(\\d+) pop3s=(\\d+)").matcher(log.readLine());
      assertThat(ready.find()).isTrue();
      try (Pop3TestClient client = new Pop3TestClient(Integer.parseInt(ready.group(1)))) {
        assertThat(client.greeting).isEqualTo("+OK pop.here.example Skypost POP3 ready");
        server.toHandle().destroy(); // SIGTERM; unlike Process.destroy it leaves the log open
        assertThat(client.line()).isEqualTo("-ERR [SYS/TEMP] the server is going down");
      }
      assertThat(log.lines().toList()).anyMatch(line -> line.contains("event=drain finished=true"));
      server.waitFor();
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void healthIsToldUntilTheBalancerHasNoticedThatItGoes() throws Exception {
    Map<String, String> environment = new java.util.HashMap<>(AWS);
    environment.putAll(
        Map.of(
            "SKYPOST_PORT_POP3", "0",
            "SKYPOST_PORT_POP3S", "0",
            "SKYPOST_PORT_HEALTH", "0",
            "SKYPOST_DRAIN_NOTICE", "2"));
    Process server = start(environment);
    try (BufferedReader log = server.errorReader();
        HttpClient http = HttpClient.newHttpClient()) {
      Matcher ready =
          Pattern.compile("event=ready pop3=(\\d+) pop3s=\\d+ health=(\\d+)")
              .matcher(log.readLine());
      assertThat(ready.find()).isTrue();
      var health =
          HttpRequest.newBuilder(URI.create("http://localhost:" + ready.group(2) + "/health"))
              .build();
      assertThat(http.send(health, HttpResponse.BodyHandlers.ofString()).body())
          .isEqualTo("{\"status\":\"ok\"}");

      server.toHandle().destroy(); // SIGTERM
      HttpResponse<String> going = http.send(health, HttpResponse.BodyHandlers.ofString());
      while (going.statusCode() == 200) { // the signal is on its way
        going = http.send(health, HttpResponse.BodyHandlers.ofString());
      }
      assertThat(going.statusCode()).isEqualTo(503);
      assertThat(going.body()).isEqualTo("{\"status\":\"draining\"}");
      try (Pop3TestClient late = new Pop3TestClient(Integer.parseInt(ready.group(1)))) {
        assertThat(late.greeting).as("within the notice").startsWith("+OK");
        assertThat(late.line()).isEqualTo("-ERR [SYS/TEMP] the server is going down");
      }
      assertThat(server.waitFor()).isEqualTo(143);
    } finally {
      server.destroyForcibly();
    }
  }

  private static Process start(Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path")));
    command.add(Pop3Main.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.startsWith("SKYPOST_") || key.startsWith("AWS_"));
    builder.environment().putAll(environment);
    return builder.start();
  }
}
