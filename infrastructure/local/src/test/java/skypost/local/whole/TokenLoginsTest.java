package skypost.local.whole;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static skypost.local.whole.LocalProcess.await;
import static skypost.protocol.sasl.TestScram.base64;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logins by OAUTHBEARER, at both fronts of the running system, and with curl. */
@Timeout(120)
class TokenLoginsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  /** Where an issuer would be that does not answer. */
  private static final String DOWN = "/down";

  @TempDir private static Path data;
  private static TestIssuer issuer;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    String issuers = "[" + setting(issuer.url()) + "," + setting(issuer.url() + DOWN) + "]";
    system = LocalProcess.start(data, Map.of("SKYPOST_OAUTH_ISSUERS", issuers));
    system.users("example.com", "alice", "bob");
  }

  private static String setting(String url) {
    return "{\"issuer\": \"" + url + "\", \"audience\": \"mail\"}";
  }

  @AfterAll
  static void stop() {
    system.close();
    issuer.close();
  }

  @Test
  void aTokenLogsInAtBothFronts() throws Exception {
    String token = issuer.token("alice@example.com", HOUR);
    assertThat(smtp(token, "")).startsWith("235 2.7.0");
    assertThat(smtp(token, "a=alice@example.com")).startsWith("235 2.7.0");
    assertThat(pop3(token, "")).startsWith("+OK ");
  }

  @Test
  void whatIsNoLoginIsRefusedTheSameAtBothFronts() throws Exception {
    String good = issuer.token("alice@example.com", HOUR);
    assertRefused(good, "a=bob@example.com");
    assertRefused(issuer.token("carol@example.com", HOUR), "");
    assertRefused(issuer.token("alice@example.com", Duration.ofHours(-1)), "");
    assertRefused(issuer.token(TestIssuer.key(), "alice@example.com", HOUR), "");
    assertThat(smtp(good, "")).startsWith("235 2.7.0");
  }

  @Test
  void anIssuerThatDoesNotAnswerIsNoRefusal() throws Exception {
    String token = issuer.tokenOf(issuer.url() + DOWN, "alice@example.com");
    assertThat(smtp(token, "")).isEqualTo("454 4.7.0 Temporary authentication failure");
    assertThat(pop3(token, "")).startsWith("-ERR [SYS/TEMP]");
  }

  @Test
  void anIssuerInTheOpenIsNoSetting(@TempDir Path other) throws Exception {
    var ended =
        LocalProcess.run(
            other, Map.of("SKYPOST_OAUTH_ISSUERS", "[" + setting("http://id.example.com") + "]"));
    assertThat(ended.exit()).isEqualTo(2);
    assertThat(ended.err().lines())
        .singleElement()
        .asString()
        .contains("SKYPOST_OAUTH_ISSUERS", "\"http://id.example.com\" is no https URL");
  }

  @Test
  void curlSendsAndFetchesWithAToken() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "no curl here");
    Path mail = data.resolve("mail.eml");
    Files.writeString(mail, "From: bob@example.com\r\nSubject: by token\r\n\r\nhello\r\n");
    String token = issuer.token("bob@example.com", HOUR);
    var sent =
        curl(
            token,
            "smtps://127.0.0.1:" + system.port("submissions"),
            "--mail-from",
            "bob@example.com",
            "--mail-rcpt",
            "bob@example.com",
            "--upload-file",
            mail.toString());
    assertThat(sent).contains("AUTH OAUTHBEARER", "235 2.7.0");
    await("the message", () -> system.inbox("bob@example.com"), count -> count == 1);
    assertThat(curl(token, "pop3s://127.0.0.1:" + system.port("pop3s") + "/1"))
        .contains("AUTH OAUTHBEARER", "Subject: by token");
  }

  private static String curl(String token, String url, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("/usr/bin/curl", "-v", "-k", "-m", "60", "--user"));
    command.addAll(List.of("bob@example.com:", "--oauth2-bearer", token));
    command.addAll(List.of("--login-options", "AUTH=OAUTHBEARER", url));
    command.addAll(List.of(more));
    Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(curl.getInputStream().readAllBytes(), UTF_8);
    assertThat(curl.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(curl.exitValue()).as(said).isZero();
    return said;
  }

  private static void assertRefused(String token, String authzid) throws IOException {
    assertThat(smtp(token, authzid)).isEqualTo("535 5.7.8 Authentication credentials invalid");
    assertThat(pop3(token, authzid)).isEqualTo("-ERR [AUTH] wrong name or password");
  }

  // ---- the two fronts

  private static String response(String token, String authzid) {
    return base64("n," + authzid + ",\u0001auth=Bearer " + token + "\u0001\u0001");
  }

  private static String smtp(String token, String authzid) throws IOException {
    try (MailClient client = MailClient.connectByTls("127.0.0.1", system.port("submissions"))) {
      client.reply();
      assertThat(client.hello()).last().asString().contains(" OAUTHBEARER ");
      String answer = client.command("AUTH OAUTHBEARER " + response(token, authzid));
      return answer.startsWith("334 ") ? client.command("AQ==") : answer;
    }
  }

  private static String pop3(String token, String authzid) throws IOException {
    try (MailClient client = MailClient.connectByTls("127.0.0.1", system.port("pop3s"))) {
      client.line();
      assertThat(pop3(client, "AUTH OAUTHBEARER")).isEqualTo("+ ");
      String answer = pop3(client, response(token, authzid));
      return answer.startsWith("+ ") ? pop3(client, "AQ==") : answer;
    }
  }

  private static String pop3(MailClient client, String command) throws IOException {
    client.write((command + "\r\n").getBytes(UTF_8));
    return client.line();
  }
}
