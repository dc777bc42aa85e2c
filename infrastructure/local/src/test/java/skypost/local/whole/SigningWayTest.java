package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dkim.DkimVerifier;
import skypost.mail.dns.Dns;
import skypost.mail.dns.DnsLookups;
import skypost.mail.dns.TestDns;
import skypost.mail.message.MessageSource;
import skypost.protocol.smtp.client.FakeMx;

/**
 * What leaves is signed, and verifies by what the API said to publish: keys are made, published,
 * found by a check, and sign.
 */
class SigningWayTest {
  private static final byte[] MESSAGE =
      "From: Ann <ann@example.com>\r\nTo: carol@far.example\r\nSubject: signed\r\n\r\nhello\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path data;
  private static TestDns dns;
  private static FakeMx far;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    far = FakeMx.start();
    dns = TestDns.start();
    dns.add("mx.far.example", "A", "127.0.0.1").add("far.example", "MX", "10 mx.far.example.");
    dns.add("mx.skypost.example", "A", "203.0.113.5");
    dns.add("out.skypost.example", "A", "203.0.113.7");
    dns.add("7.113.0.203.in-addr.arpa", "PTR", "out.skypost.example.");
    Map<String, String> settings = new HashMap<>();
    settings.put("SKYPOST_DNS", dns.address().toString());
    settings.put("SKYPOST_OUTBOUND_PORT", Integer.toString(far.port()));
    settings.put("SKYPOST_HELO_NAME", "out.skypost.example");
    settings.put("SKYPOST_OUTBOUND_ADDRESSES", "203.0.113.7");
    system = LocalProcess.start(data, settings);
    system.users("example.com", "ann");
    for (String domain : List.of("example.com", "skypost.example")) {
      assertThat(system.api("PUT", "/v1/domains/" + domain, "{}").status()).isIn(200, 201);
      publish(domain);
    }
  }

  /** Makes keys, publishes what is advised, and has it checked. */
  private static void publish(String domain) {
    String at = "/v1/domains/" + domain;
    LocalProcess.Answer made = system.api("POST", at + "/dkim/keys", null);
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.body().toString()).contains("state=pending").doesNotContain("sealed");
    String id = (String) made.body().get("id");
    LocalProcess.Answer early = system.api("POST", at + "/dkim/keys/" + id + "/activate", null);
    assertThat(early.status()).isEqualTo(409);

    String zoneFile = (String) system.api("GET", at + "/dns", null).body().get("zoneFile");
    zoneFile
        .lines()
        .filter(line -> !line.startsWith(";"))
        .map(line -> line.split(" ", 5)) // name, TTL, IN, type, data
        .forEach(part -> dns.add(part[0].substring(0, part[0].length() - 1), part[3], part[4]));
    Map<String, Object> check = system.api("POST", at + "/dns/check", null).body();
    assertThat(check.get("activated")).as("%s", check).isEqualTo(List.of(id));
    assertThat((List<?>) check.get("findings"))
        .allMatch(finding ->
            finding.toString().contains("status=fine") // and nobody serves a policy
                || finding.toString().contains("_mta-sts." + domain + ", status=wrong"));
  }

  @AfterAll
  static void stop() throws Exception {
    system.close();
    dns.close();
    far.close();
  }

  private static List<DkimVerdict> verdicts(FakeMx.Received received) throws IOException {
    var lookups =
        new DnsLookups(
            Dns.published(Optional.of(dns.address()), Duration.ofSeconds(2), 2), () -> false);
    RawMessage message = RawMessage.read(MessageSource.of(received.content()));
    return DkimVerifier.verify(message, Instant.now(), lookups);
  }

  private static void assertSigned(FakeMx.Received received, String domain) throws IOException {
    assertThat(verdicts(received))
        .as(received.text())
        .extracting(each -> each.result().code() + " " + each.algorithm() + " " + each.domain())
        .containsExactly("pass rsa-sha256 " + domain, "pass ed25519-sha256 " + domain);
  }

  private static FakeMx.Received received(String recipient) throws Exception {
    return await(
            "mail for " + recipient,
            () ->
                far.received().stream()
                    .filter(one -> one.recipients().contains(recipient))
                    .toList(),
            some -> !some.isEmpty())
        .getFirst();
  }

  private static MailClient stranger() throws Exception {
    MailClient client = MailClient.connect(system.port("smtp"));
    assertThat(client.reply()).startsWith("220");
    assertThat(client.command("EHLO client.example")).startsWith("250");
    return client;
  }

  private static void submit(byte[] message, String to) throws IOException {
    try (MailClient client = MailClient.connectByTls("127.0.0.1", system.port("submissions"))) {
      assertThat(client.reply()).startsWith("220");
      assertThat(client.command("EHLO client.example")).startsWith("250");
      byte[] plain = "\0ann@example.com\0secret".getBytes(StandardCharsets.UTF_8);
      assertThat(client.command("AUTH PLAIN " + Base64.getEncoder().encodeToString(plain)))
          .startsWith("235");
      assertThat(client.send("ann@example.com", to, message)).startsWith("250");
    }
  }

  @Test
  void aUsersMailBearsTwoSignatures() throws Exception {
    submit(MESSAGE, "carol@far.example");
    FakeMx.Received received = received("carol@far.example");

    assertSigned(received, "example.com");
    assertThat(received.text()).contains("Date: ", "@example.com>\r\n", "h=From:From:To:To:");
  }

  @Test
  void whoWritesInAnothersNameIsNotSigned() throws Exception {
    byte[] forged =
        "From: boss@skypost.example\r\nSubject: x\r\n\r\nhello\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    submit(forged, "forged@far.example");

    assertThat(received("forged@far.example").text()).doesNotContain("DKIM-Signature");
  }

  @Test
  void aForwardHasNoSignatureOfOursAndItsReportHas() throws Exception {
    far.always("RCPT TO:<gone@", FakeMx.reply("550 5.1.1 no such user"));
    alias("away@example.com", "dora@far.example");
    alias("moved@example.com", "gone@far.example");
    byte[] message =
        "From: eve@far.example\r\nSubject: x\r\n\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII);
    try (MailClient client = stranger()) {
      assertThat(client.send("eve@far.example", "away@example.com", message)).startsWith("250");
      assertThat(client.send("eve@far.example", "moved@example.com", message)).startsWith("250");
    }

    assertThat(received("dora@far.example").text()).doesNotContain("DKIM-Signature");
    FakeMx.Received report = received("eve@far.example");
    assertThat(report.mail()).startsWith("MAIL FROM:<>");
    assertSigned(report, "skypost.example");
  }

  private static void alias(String alias, String target) {
    String body = "{\"targets\": [\"" + target + "\"]}";
    assertThat(system.api("PUT", "/v1/aliases/" + alias, body).status()).isIn(200, 201);
  }

  @Test
  void aVacationReplyIsSigned() throws Exception {
    String filter = "{\"script\": \"require \\\"vacation\\\"; vacation \\\"I am away\\\";\"}";
    assertThat(system.api("PUT", "/v1/users/ann@example.com/filters", filter).status())
        .isIn(200, 201);
    byte[] message =
        "From: fay@far.example\r\nTo: ann@example.com\r\nSubject: x\r\n\r\nhello\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    try (MailClient client = stranger()) {
      assertThat(client.send("fay@far.example", "ann@example.com", message)).startsWith("250");
    }
    FakeMx.Received reply = received("fay@far.example");

    assertThat(reply.text()).contains("Auto-Submitted: auto-replied", "I am away");
    assertSigned(reply, "example.com");
  }
}
