package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.dns.TestDns;
import skypost.protocol.smtp.client.FakeMx;

/**
 * What a user does: makes a domain and users, sends, reads, sends to other servers, asks what
 * became of it.
 */
class WholeWayTest {
  private static final Pattern ID = Pattern.compile("queued as ([0-9a-z]{20})");

  @TempDir private static Path data;
  private static TestDns dns;
  private static FakeMx second;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    dns = TestDns.start();
    second = FakeMx.start("127.0.0.3", 0);
    Map<String, String> settings = new HashMap<>();
    settings.put("SKYPOST_DNS", dns.address().toString());
    settings.put("SKYPOST_OUTBOUND_PORT", Integer.toString(second.port()));
    settings.put(
        "SKYPOST_RETRY_SCHEDULE",
        "PT0S,PT1S,PT1S,PT1S,PT1S,PT1S,PT1S,PT1S,PT1S,PT1S,PT1S,PT1S,PT1S,PT1S,PT1S");
    system = LocalProcess.start(data, settings);
    system.users("example.com", "alice", "bob");
    // 127.0.0.2 does not listen: the first exchanger is down.
    dns.add("mx1.far.example", "A", "127.0.0.2").add("mx2.far.example", "A", "127.0.0.3");
    dns.add("far.example", "MX", "10 mx1.far.example.")
        .add("far.example", "MX", "20 mx2.far.example.");
  }

  @AfterAll
  static void stop() throws Exception {
    system.close();
    second.close();
    dns.close();
  }

  @ParameterizedTest
  @CsvSource({"submission, pop3", "submissions, pop3s"})
  void aMessageWithAnAttachmentReachesTheOtherUser(String out, String in) throws Exception {
    byte[] attachment = new byte[300_000];
    new Random(7).nextBytes(attachment);
    String subject = "报告 über " + out;

    String id = send(out, message(subject, attachment, "bob@example.com"));
    await("the message in bob's mailbox", () -> timeline(id), text -> text.contains("delivered"));
    Message received = last(in, "bob@example.com");

    assertThat(received.getSubject()).isEqualTo(subject);
    MimeMultipart parts = (MimeMultipart) received.getContent();
    assertThat(parts.getBodyPart(0).getContent()).isEqualTo("Hello 你好\r\n.\r\nlast line");
    assertThat(parts.getBodyPart(1).getFileName()).isEqualTo("数据.bin");
    assertThat(parts.getBodyPart(1).getInputStream().readAllBytes()).isEqualTo(attachment);
    assertThat(received.getHeader("Return-Path")).containsExactly("<alice@example.com>");
    assertThat(received.getHeader("Received")[0]).contains("by mx.skypost.example", id);
  }

  @Test
  void mailForAnotherServerGoesToTheSecondExchangerWhenTheFirstIsDown() throws Exception {
    String id = send("submission", message("abroad", new byte[10], "carol@far.example"));
    await("the message at the second exchanger", () -> received("abroad"), count -> count == 1);

    FakeMx.Received message =
        second.received().stream()
            .filter(each -> each.text().contains("Subject: abroad"))
            .findFirst()
            .orElseThrow();
    assertThat(message.recipients()).containsExactly("carol@far.example");
    assertThat(message.mail()).startsWith("MAIL FROM:<alice@example.com>");
    assertThat(await("its trace", () -> timeline(id), text -> text.contains("event=delivered")))
        .contains("mx2.far.example");
  }

  @Test
  void whenAllExchangersAreDownItIsTriedAgain() throws Exception {
    dns.add("mx.late.example", "A", "127.0.0.4").add("late.example", "MX", "10 mx.late.example.");
    String id = send("submission", message("later", new byte[10], "dave@late.example"));
    await("a failed attempt", () -> timeline(id), text -> text.contains("status=deferred"));
    assertThat(system.api("GET", "/v1/queue?domain=late.example", null).body().toString())
        .contains(id);

    try (FakeMx late = FakeMx.start("127.0.0.4", second.port())) {
      await(
          "the message at the exchanger that is up again",
          () -> late.received().size(),
          count -> count == 1);
      await("its trace", () -> timeline(id), text -> text.contains("event=delivered"));
    }
  }

  @Test
  void whatAnotherServerRefusesComesBackAsABounce() throws Exception {
    second.once("RCPT TO:<nobody@", FakeMx.reply("550 5.1.1 no such user here"));
    long before = system.inbox("alice@example.com");
    String id = send("submission", message("refused", new byte[10], "nobody@far.example"));
    await(
        "the bounce in alice's mailbox",
        () -> system.inbox("alice@example.com"),
        count -> count == before + 1);

    Message bounce = last("pop3", "alice@example.com");
    assertThat(bounce.getContentType()).startsWith("multipart/report").contains("delivery-status");
    assertThat(bounce.getHeader("Return-Path")).containsExactly("<>");
    assertThat(await("its trace", () -> timeline(id), text -> text.contains("event=bounced")))
        .contains("no such user here");
  }

  @Test
  void messageTracesAreOnlyForThoseWhoHoldTheToken() throws Exception {
    assertThat(system.api("GET", "/v1/messages/00000000000000000000", null).status())
        .isEqualTo(404);
  }

  private static int received(String subject) {
    return (int)
        second.received().stream()
            .filter(each -> each.text().contains("Subject: " + subject))
            .count();
  }

  private static String timeline(String id) {
    return system.api("GET", "/v1/messages/" + id, null).body().toString();
  }

  private static MimeMessage message(String subject, byte[] attachment, String to)
      throws Exception {
    MimeMessage message = new MimeMessage(session());
    message.setFrom("alice@example.com");
    message.setRecipient(Message.RecipientType.TO, new InternetAddress(to));
    message.setSubject(subject, "UTF-8");
    MimeBodyPart text = new MimeBodyPart();
    text.setText("Hello 你好\r\n.\r\nlast line", "UTF-8");
    MimeBodyPart file = new MimeBodyPart();
    file.setFileName("数据.bin");
    file.setDataHandler(
        new jakarta.activation.DataHandler(
            new jakarta.mail.util.ByteArrayDataSource(attachment, "application/octet-stream")));
    message.setContent(new MimeMultipart(text, file));
    return message;
  }

  /** Sends as alice, and returns the id that the server gave. */
  private static String send(String service, MimeMessage message) throws Exception {
    String protocol = service.equals("submissions") ? "smtps" : "smtp";
    try (Transport transport = session().getTransport(protocol)) {
      transport.connect("127.0.0.1", system.port(service), "alice@example.com", "secret");
      message.saveChanges();
      transport.sendMessage(message, message.getAllRecipients());
      Matcher id = ID.matcher(((SMTPTransport) transport).getLastServerResponse());
      assertThat(id.find()).as(((SMTPTransport) transport).getLastServerResponse()).isTrue();
      return id.group(1);
    }
  }

  /** The newest message of a mailbox, read by POP3. */
  private static Message last(String service, String user) throws Exception {
    try (Store store = session().getStore(service)) {
      store.connect("127.0.0.1", system.port(service), user, "secret");
      Folder inbox = store.getFolder("INBOX");
      inbox.open(Folder.READ_ONLY);
      Message last = inbox.getMessage(inbox.getMessageCount());
      MimeMessage copy = new MimeMessage((MimeMessage) last); // outlives the connection
      inbox.close(false);
      return copy;
    }
  }

  private static Session session() {
    Properties properties = new Properties();
    properties.put("mail.smtp.auth", "true");
    properties.put("mail.smtps.auth", "true");
    properties.put("mail.smtp.starttls.required", "true");
    properties.put("mail.pop3.starttls.enable", "true");
    for (String protocol : List.of("smtp", "smtps", "pop3", "pop3s")) {
      properties.put("mail." + protocol + ".ssl.trust", "*"); // the certificate is self-signed
      properties.put("mail." + protocol + ".ssl.checkserveridentity", "false");
    }
    return Session.getInstance(properties);
  }
}
