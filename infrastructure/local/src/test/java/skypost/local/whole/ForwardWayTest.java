package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.mail.dns.TestDns;
import skypost.protocol.smtp.client.FakeMx;

/** Mail through an alias to another server, and the report on it back to the first sender. */
class ForwardWayTest {
  private static final byte[] MESSAGE =
      "Subject: for ann\r\n\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] REPORT =
      "Subject: no such user\r\nAuto-Submitted: auto-replied\r\n\r\nsorry\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path data;
  private static TestDns dns;
  private static FakeMx target;
  private static FakeMx home;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    target = FakeMx.start("127.0.0.3", 0);
    home = FakeMx.start("127.0.0.4", target.port());
    dns = TestDns.start();
    dns.add("mx.far.example", "A", "127.0.0.3").add("far.example", "MX", "10 mx.far.example.");
    dns.add("mx.there.example", "A", "127.0.0.4");
    dns.add("there.example", "MX", "10 mx.there.example.");
    Map<String, String> settings = new HashMap<>();
    settings.put("SKYPOST_DNS", dns.address().toString());
    settings.put("SKYPOST_OUTBOUND_PORT", Integer.toString(target.port()));
    settings.put("SKYPOST_HELO_NAME", "out.skypost.example");
    system = LocalProcess.start(data, settings);
    system.users("example.com", "bob");
    alias("away@example.com", "ann@far.example");
  }

  @AfterAll
  static void stop() throws Exception {
    system.close();
    dns.close();
    target.close();
    home.close();
  }

  @Test
  void theReportOfTheTargetFindsTheFirstSender() throws Exception {
    try (MailClient stranger = open()) {
      assertThat(stranger.send("alice@there.example", "away@example.com", MESSAGE))
          .startsWith("250");
    }
    FakeMx.Received forwarded =
        await("forwarded mail", target::received, one -> !one.isEmpty()).getFirst();
    assertThat(forwarded.helo()).isEqualTo("out.skypost.example");
    assertThat(forwarded.recipients()).containsExactly("ann@far.example");
    String returnPath = forwarded.mail().replaceFirst("(?i)MAIL FROM:<([^>]*)>.*", "$1");
    assertThat(returnPath).matches("SRS0=.*=there\\.example=alice@example\\.com");

    try (MailClient reporter = open()) {
      assertThat(reporter.command("MAIL FROM:<spam@far.example>")).startsWith("250");
      assertThat(reporter.command("RCPT TO:<" + returnPath + ">")).startsWith("550 5.7.1");
      assertThat(reporter.command("RSET")).startsWith("250");
      assertThat(reporter.command("MAIL FROM:<>")).startsWith("250");
      assertThat(reporter.command("RCPT TO:<" + returnPath.replace("alice", "victim") + ">"))
          .startsWith("550 5.1.1");
      assertThat(reporter.command("RSET")).startsWith("250");
      assertThat(reporter.send("", returnPath, REPORT)).startsWith("250");
    }
    FakeMx.Received report =
        await("the report", () -> reports("alice@there.example"), one -> !one.isEmpty()).getFirst();
    assertThat(report.mail()).startsWith("MAIL FROM:<>");
    assertThat(report.recipients()).containsExactly("alice@there.example");
    assertThat(report.text()).contains("Subject: no such user");
  }

  @Test
  void whatTheTargetRefusesIsReportedToTheFirstSender() throws Exception {
    target.always("RCPT TO:<gone@", FakeMx.reply("550 5.1.1 no such user"));
    alias("moved@example.com", "gone@far.example");
    try (MailClient stranger = open()) {
      assertThat(stranger.send("carol@there.example", "moved@example.com", MESSAGE))
          .startsWith("250");
    }
    FakeMx.Received report =
        await("the report", () -> reports("carol@there.example"), one -> !one.isEmpty()).getFirst();
    assertThat(report.mail()).startsWith("MAIL FROM:<>");
    assertThat(report.text())
        .contains("To: carol@there.example", "Diagnostic-Code: smtp; 550 5.1.1 no such user");
  }

  private static List<FakeMx.Received> reports(String to) {
    return home.received().stream().filter(one -> one.recipients().contains(to)).toList();
  }

  private static void alias(String alias, String target) {
    String body = "{\"targets\": [\"" + target + "\"]}";
    assertThat(system.api("PUT", "/v1/aliases/" + alias, body).status()).isIn(200, 201);
  }

  private static MailClient open() throws Exception {
    MailClient client = MailClient.connect(system.port("smtp"));
    assertThat(client.reply()).startsWith("220");
    assertThat(client.command("EHLO client.example")).startsWith("250");
    return client;
  }
}
