package skypost.local.whole;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.mail.dns.TestDns;
import skypost.protocol.smtp.client.FakeMx;

/**
 * What the extensions of SMTP promise, the whole way: from a client on loopback, which may relay,
 * into a mailbox here or to another server.
 */
class ExtensionsTest {
  private static final String USER = "用户@例子.测试";
  private static final String STORED = "用户@xn--fsqu00a.xn--0zwm56d";

  @TempDir private static Path data;
  private static TestDns dns;
  private static FakeMx far;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    dns = TestDns.start();
    far = FakeMx.start("127.0.0.3", 0);
    Map<String, String> settings = new HashMap<>();
    settings.put("SKYPOST_DNS", dns.address().toString());
    settings.put("SKYPOST_OUTBOUND_PORT", Integer.toString(far.port()));
    system = LocalProcess.start(data, settings);
    system.users("example.com", "alice", "bob");
    system.users("xn--fsqu00a.xn--0zwm56d", encoded("用户"));
    dns.add("mx.far.example", "A", "127.0.0.3").add("far.example", "MX", "10 mx.far.example.");
  }

  @AfterAll
  static void stop() throws Exception {
    system.close();
    far.close();
    dns.close();
  }

  @BeforeEach
  void allExtensions() {
    far.offers("PIPELINING", "SIZE 50000000", "8BITMIME", "SMTPUTF8", "DSN");
  }

  @Test
  void internationalizedMailComesIntoAnInternationalizedMailbox() throws Exception {
    String text = "From: 发件人@far.example\r\nSubject: 报告\r\n\r\n你好\r\n";
    assertThat(send("发件人@far.example> SMTPUTF8 BODY=8BITMIME", USER + ">", text))
        .startsWith("250 ");
    await("the message", () -> inbox(STORED), count -> count == 1);
  }

  @Test
  void internationalizedMailGoesToAServerThatTakesIt() throws Exception {
    String text = "Subject: 致收件人\r\n\r\n你好\r\n";
    send("alice@example.com> SMTPUTF8 BODY=8BITMIME", "收件人@far.example>", text);

    await("the message there", () -> received("致收件人"), count -> count == 1);
    assertThat(far.commands()).contains("RCPT TO:<收件人@far.example>");
    assertThat(far.commands())
        .anyMatch(
            line -> line.startsWith("MAIL FROM:<alice@example.com>") && line.contains("SMTPUTF8"));
  }

  @Test
  void internationalizedMailForAServerThatDoesNotTakeItComesBack() throws Exception {
    far.offers("PIPELINING", "8BITMIME");
    long before = inbox("bob@example.com");
    String text = "Subject: 不行\r\n\r\n你好\r\n";
    send("bob@example.com> SMTPUTF8 BODY=8BITMIME", "收件人@far.example>", text);

    await("the bounce", () -> inbox("bob@example.com"), count -> count == before + 1);
    assertThat(last("bob@example.com"))
        .contains(
            "Action: failed", "Status: 5.6.7", "utf-8; \\x{6536}\\x{4EF6}\\x{4EBA}@far.example");
    assertThat(received("不行")).isZero();
  }

  @Test
  void senderIsToldOfADeliveryHereAndOfARelayToAServerWithoutDsn() throws Exception {
    far.offers("PIPELINING", "8BITMIME");
    long before = inbox("alice@example.com");
    String dsn = "> NOTIFY=SUCCESS ORCPT=rfc822;somebody@example.com";
    send("alice@example.com> ENVID=E42", "bob@example.com" + dsn, "Subject: here\r\n\r\n");
    await("the first report", () -> inbox("alice@example.com"), count -> count == before + 1);
    assertThat(last("alice@example.com"))
        .contains("Action: delivered", "Final-Recipient: rfc822; bob@example.com")
        .contains("Original-Envelope-Id: E42", "Original-Recipient: rfc822;somebody@example.com");

    send("alice@example.com>", "carol@far.example" + dsn, "Subject: there\r\n\r\n");
    await("the second report", () -> inbox("alice@example.com"), count -> count == before + 2);
    assertThat(last("alice@example.com"))
        .contains("Action: relayed", "Remote-MTA: dns; mx.far.example");
  }

  @Test
  void aServerWithDsnGetsTheParameters() throws Exception {
    send(
        "alice@example.com> RET=HDRS ENVID=E43",
        "dsn@far.example> NOTIFY=NEVER",
        "Subject: dsn\r\n\r\n");
    await("the message there", () -> received("dsn"), count -> count == 1);

    assertThat(far.commands()).contains("RCPT TO:<dsn@far.example> NOTIFY=NEVER");
    assertThat(far.commands()).anyMatch(line -> line.endsWith(" RET=HDRS ENVID=E43"));
  }

  @Test
  void aServerWithoutEightBitsGetsSeven() throws Exception {
    far.offers("PIPELINING");
    String text =
        "Subject: seven\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n";
    send("alice@example.com> BODY=8BITMIME", "seven@far.example>", text);
    await("the message there", () -> received("seven"), count -> count == 1);

    String there =
        far.received().stream()
            .map(FakeMx.Received::text)
            .filter(message -> message.contains("Subject: seven"))
            .findFirst()
            .orElseThrow();
    assertThat(there).contains("Gr=C3=BC=C3=9Fe", "quoted-printable").doesNotContain("8bit");
    assertThat(there.chars()).allMatch(c -> c < 128);
  }

  @Test
  void aBinaryPartIsLinesForReadersAndOtherServers() throws Exception {
    String text =
        "Subject: binary\r\nMIME-Version: 1.0\r\nContent-Type: image/png\r\n"
            + "Content-Transfer-Encoding: binary\r\n\r\n\u0000\n.\n\r\n.\r\nQUIT\n";
    long before = inbox("bob@example.com");
    try (MailClient client = MailClient.connect(system.port("smtp"))) {
      client.reply();
      client.command("EHLO far.example");
      assertThat(client.command("MAIL FROM:<alice@example.com> BODY=BINARYMIME"))
          .startsWith("250 ");
      client.command("RCPT TO:<bob@example.com>");
      client.command("RCPT TO:<carol@far.example>");
      client.write(("BDAT " + text.length() + " LAST\r\n" + text).getBytes(UTF_8));
      assertThat(client.reply()).startsWith("250 ");
    }
    await("the message here", () -> inbox("bob@example.com"), count -> count == before + 1);
    await("the message there", () -> received("binary"), count -> count == 1);

    String encoded = "Content-Transfer-Encoding: base64\r\n\r\nAAouCg0KLg0KUVVJVAo=\r\n";
    assertThat(last("bob@example.com")).endsWith(encoded);
    assertThat(far.received().stream().map(FakeMx.Received::text))
        .anyMatch(message -> message.endsWith(encoded));
  }

  @Test
  void aMessageThatRequiresTlsNeverGoesInTheClear() throws Exception { // RFC 8689
    long before = inbox("bob@example.com");
    try (MailClient clear = MailClient.connect(system.port("smtp"))) {
      clear.reply();
      assertThat(clear.hello()).noneMatch(line -> line.endsWith("REQUIRETLS"));
      assertThat(clear.command("MAIL FROM:<bob@example.com> REQUIRETLS")).startsWith("530 5.7.10");
      clear.command("STARTTLS");
      try (MailClient client = clear.secured()) {
        assertThat(client.hello()).anyMatch(line -> line.endsWith("REQUIRETLS"));
        assertThat(client.command("MAIL FROM:<bob@example.com> REQUIRETLS")).startsWith("250 ");
        assertThat(client.command("RCPT TO:<secret@far.example>")).startsWith("250 ");
        assertThat(client.command("DATA")).startsWith("354 ");
        client.write(MailClient.stuff("Subject: secret\r\n\r\n".getBytes(UTF_8)));
        assertThat(client.reply()).startsWith("250 ");
      }
    }

    await("the bounce", () -> inbox("bob@example.com"), count -> count == before + 1);
    assertThat(last("bob@example.com"))
        .contains("Action: failed", "Status: 5.7.30", "secret@far.example");
    assertThat(received("secret")).isZero();
    assertThat(far.commands()).noneMatch(line -> line.contains("secret@far.example"));
  }

  @Test
  void thePostmasterIsAlwaysThere() throws Exception {
    long before = inbox("alice@example.com");
    assertThat(send(">", "Postmaster>", "Subject: help\r\n\r\n")).startsWith("250 ");
    assertThat(send(">", "postmaster@example.com>", "Subject: help\r\n\r\n")).startsWith("250 ");
    await("both", () -> inbox("alice@example.com"), count -> count == before + 2);
  }

  /** What follows the opening brackets of MAIL and RCPT, and the message. */
  private static String send(String mail, String rcpt, String text) throws Exception {
    try (MailClient client = MailClient.connect(system.port("smtp"))) {
      client.reply();
      client.command("EHLO far.example");
      assertThat(client.command("MAIL FROM:<" + mail)).startsWith("250 ");
      assertThat(client.command("RCPT TO:<" + rcpt)).startsWith("250 ");
      assertThat(client.command("DATA")).startsWith("354 ");
      client.write(MailClient.stuff(text.getBytes(UTF_8)));
      return client.reply();
    }
  }

  private static long received(String subject) {
    return far.received().stream()
        .filter(message -> message.text().contains("Subject: " + subject))
        .count();
  }

  private static long inbox(String user) {
    return system.inbox(encoded(user));
  }

  /** The newest message of a mailbox, with its fields unfolded. */
  private static String last(String user) throws Exception {
    try (MailClient client = MailClient.pop3(system.port("pop3"), user)) {
      String[] stat = client.command("STAT").split(" ");
      byte[] message = client.retrieve("RETR " + stat[1]);
      return new String(message, UTF_8).replaceAll("\r\n[ \t]+", " ");
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }
}
