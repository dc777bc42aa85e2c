package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No open relay, and every bad input gets its error while the server goes on. */
class HostileClientsTest {
  @TempDir private static Path data;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws IOException {
    // 127.0.0.1 is trusted, so a client at 127.0.0.9 is a stranger.
    system = LocalProcess.start(data, Map.of("SKYPOST_TRUSTED_NETWORKS", "127.0.0.1/32"));
    system.users("example.com", "bob");
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  @AfterEach
  void theServerGoesOn() throws Exception {
    long before = system.inbox("bob@example.com");
    try (MailClient smtp = stranger()) {
      byte[] message = "Subject: still there\r\n\r\nyes\r\n".getBytes(StandardCharsets.US_ASCII);
      assertThat(smtp.send("x@far.example", "bob@example.com", message)).startsWith("250 2.0.0");
    }
    await("the message", () -> system.inbox("bob@example.com"), count -> count == before + 1);
    try (MailClient pop3 = MailClient.pop3(system.port("pop3"), "bob@example.com")) {
      assertThat(pop3.command("STAT")).startsWith("+OK " + (before + 1));
    }
  }

  private static MailClient stranger() throws IOException {
    MailClient smtp = MailClient.connect("127.0.0.9", system.port("smtp"));
    assertThat(smtp.reply()).startsWith("220 ");
    assertThat(smtp.command("EHLO stranger.example")).startsWith("250 ");
    return smtp;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "victim@far.example",
        "VICTIM@FAR.EXAMPLE",
        "\"victim\"@far.example",
        "victim%far.example@example.com",
        "\"victim@far.example\"@example.com",
        "victim@far.example@example.com",
        "far.example!victim@example.com",
        "far.example!victim",
        "@example.com:victim@far.example",
        "@example.com,@b.example:victim@far.example",
        "victim@far.example.",
        "victim@example.com.",
        "victim@[127.0.0.1]",
        "victim@[IPv6:::1]",
        "victim@[192.0.2.1]",
        "victim@localhost",
        "victim@sub.example.com",
        "victim",
        "bob@example.com@far.example"
      })
  void aStrangerRelaysNothingInAnySpelling(String recipient) throws IOException {
    try (MailClient smtp = stranger()) {
      assertThat(smtp.command("MAIL FROM:<bob@example.com>")).startsWith("250 ");
      String reply = smtp.command("RCPT TO:<" + recipient + ">");
      assertThat(reply).as(recipient).matches("5\\d\\d 5\\.(7\\.1|1\\.[0-9]+|5\\.[0-9]+) .*");
      assertThat(smtp.command("DATA")).startsWith("5"); // no valid recipient, so no content
    }
  }

  @Test
  void aTrustedClientMayRelay() throws IOException {
    try (MailClient smtp = MailClient.connect("127.0.0.1", system.port("smtp"))) {
      smtp.reply();
      smtp.command("EHLO trusted.example");
      smtp.command("MAIL FROM:<bob@example.com>");
      assertThat(smtp.command("RCPT TO:<victim@far.example>")).startsWith("250 ");
    }
  }

  @Test
  void submissionWantsALogin() throws IOException {
    try (MailClient smtp = MailClient.connect("127.0.0.1", system.port("submission"))) {
      smtp.reply();
      smtp.command("EHLO client.example");
      assertThat(smtp.command("MAIL FROM:<bob@example.com>")).startsWith("530 5.7.0");
      assertThat(smtp.command("AUTH PLAIN AGJvYkBleGFtcGxlLmNvbQBzZWNyZXQ="))
          .startsWith("530 5.7.0");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "smtp, 'GARBAGE', 5",
    "smtp, 'MAIL FROM:bob', 5",
    "smtp, 'RCPT TO:<bob@example.com>', 503",
    "smtp, 'DATA', 503",
    "pop3, 'GARBAGE', -ERR",
    "pop3, 'RETR 1', -ERR",
    "pop3, 'PASS secret', -ERR",
    "pop3, 'USER', -ERR"
  })
  void aWrongCommandGetsItsError(String service, String command, String answer) throws IOException {
    try (MailClient client = MailClient.connect("127.0.0.9", system.port(service))) {
      client.line();
      assertThat(client.command(command)).startsWith(answer);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"smtp", "submission", "pop3"})
  void anEndlessLineIsCutOff(String service) throws IOException {
    try (MailClient client = MailClient.connect("127.0.0.9", system.port(service))) {
      client.line();
      byte[] much = "A".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
      try {
        for (int i = 0; i < 100; i++) {
          client.write(much);
        }
        client.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(client.line()).matches("(5\\d\\d .*|-ERR.*)");
      } catch (IOException hungUp) {
        assertThat(hungUp).isNotNull(); // ten megabytes are reason enough
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"smtp", "submission", "submissions", "pop3", "pop3s", "api"})
  void halfACommandAndAnEarlyHangUpHarmNobody(String service) throws IOException {
    for (String start :
        new String[] {"", "E", "EHLO cli", "\0\0\0\0", "USER b", "\u0016\u0003\u0001", "GET /"}) {
      try (MailClient client = MailClient.connect("127.0.0.9", system.port(service))) {
        client.write(start.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(system.isAlive()).isTrue();
  }

  @Test
  void aHangUpInTheMiddleOfTheContentStoresNothing() throws IOException {
    try (MailClient smtp = stranger()) {
      smtp.command("MAIL FROM:<x@far.example>");
      smtp.command("RCPT TO:<bob@example.com>");
      assertThat(smtp.command("DATA")).startsWith("354");
      smtp.write("Subject: half\r\n\r\nhalf a li".getBytes(StandardCharsets.US_ASCII));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\r\r\n.\r\n", "a\rb\r\n.\r\n"})
  void smuggledEndsOfDataEndTheSession(String end) throws IOException {
    long before = system.inbox("bob@example.com");
    try (MailClient smtp = stranger()) {
      smtp.command("MAIL FROM:<x@far.example>");
      smtp.command("RCPT TO:<bob@example.com>");
      smtp.command("DATA");
      String smuggled =
          "Subject: 1\r\n\r\nx"
              + end
              + "MAIL FROM:<a@b.example>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n";
      smtp.write((smuggled + "Subject: 2\r\n\r\ny\r\n.\r\n").getBytes(StandardCharsets.US_ASCII));
      assertThat(smtp.line()).startsWith("521 5.5.2");
      assertThat(smtp.line()).isNull();
    }
    assertThat(system.inbox("bob@example.com")).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /v1/domains/example.net, '{', 400",
    "PUT, /v1/domains/example.net, '{\"kind\": 5}', 400",
    "PUT, /v1/domains/-bad-, '{}', 400",
    "PUT, /v1/users/x@nowhere.example, '{\"password\": \"secret\"}', 404",
    "PUT, /v1/users/nobody, '{\"password\": \"secret\"}', 400",
    "GET, /v1/nothing, , 404",
    "DELETE, /v1/openapi.json, , 405"
  })
  void wrongJsonAndWrongPathsGetAProblem(String method, String path, String body, int status) {
    LocalProcess.Answer answer = system.api(method, path, body);

    assertThat(answer.status()).as("%s", answer).isEqualTo(status);
    assertThat(answer.body()).containsKeys("title", "status", "detail");
  }

  @Test
  void withoutTheTokenNothingIsTold() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + system.port("api") + "/v1/domains"))
            .header("Authorization", "Bearer wrong")
            .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).doesNotContain("example.com");
  }

  @Test
  void wrongSettingsAreToldAtOnceInOneLine(@TempDir Path other) throws Exception {
    LocalProcess.Ended ended =
        LocalProcess.run(
            other,
            Map.of(
                "SKYPOST_PORT_SMTP", "smtp",
                "SKYPOST_TRUSTED_NETWORKS", "10.0.0.1/8",
                "SKYPOST_RETRY_SCHEDULE", "soon",
                "SKYPOST_DNS", "a:b:c"));

    assertThat(ended.exit()).isEqualTo(2);
    assertThat(ended.err().lines().toList()).hasSize(1);
    assertThat(ended.err())
        .contains(
            "SKYPOST_PORT_SMTP",
            "SKYPOST_TRUSTED_NETWORKS",
            "SKYPOST_RETRY_SCHEDULE",
            "SKYPOST_DNS");
  }

  @Test
  void helpNamesEverySetting(@TempDir Path other) throws Exception {
    LocalProcess.Ended ended = LocalProcess.run(other, Map.of(), "--help");

    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).contains("SKYPOST_DATA", "SKYPOST_RETRY_SCHEDULE", "SKYPOST_TLS_CERT");
  }
}
