package skypost.mail.bounce;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.eclipse.angus.mail.dsn.DeliveryStatus;
import org.eclipse.angus.mail.dsn.MultipartReport;
import org.junit.jupiter.api.Test;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

class BouncesTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final MessageId ORIGINAL = MessageId.derived(NOW.minusSeconds(60), "original");
  private static final MessageId BOUNCE = MessageId.derived(NOW, "bounce");

  private final Map<MessageId, Stored> stored = new HashMap<>();
  private final Bounces bounces = new Bounces(this::begin, "mx.skypost.example");

  private record Stored(Envelope envelope, byte[] bytes) {}

  @Test
  void aProgramReadsWhichRecipientFailedAndWhy() throws Exception {
    FailedRecipient failed =
        new FailedRecipient(
            address("Bob@There.example"),
            Map.of("ORCPT", "rfc822;bob+2Bx@old.example"),
            SmtpReply.of(550, 1, 1, "no such user", "try another"),
            Optional.of("mx.there.example"));

    send(
        original(
            "alice@here.example",
            Map.of("ENVID", "QQ+3D1"),
            "Message-ID: <m1@here.example>\r\nSubject: hi\r\n"),
        failed);

    MimeMessage message = parsed();
    assertThat(stored.get(BOUNCE).envelope().sender()).isEmpty();
    assertThat(stored.get(BOUNCE).envelope().recipients())
        .extracting(r -> r.address().toString())
        .containsExactly("alice@here.example");
    assertThat(message.getHeader("From", null)).contains("MAILER-DAEMON@mx.skypost.example");
    assertThat(message.getHeader("To", null)).isEqualTo("alice@here.example");
    assertThat(message.getHeader("Auto-Submitted", null)).isEqualTo("auto-replied");
    assertThat(message.getHeader("References", null)).isEqualTo("<m1@here.example>");
    assertThat(message.getContentType())
        .startsWith("multipart/report")
        .contains("report-type=delivery-status");
    MultipartReport report = (MultipartReport) message.getContent();
    assertThat(report.getText())
        .contains(
            "<Bob@there.example>: host mx.there.example said: 550 5.1.1 no such user try another");
    DeliveryStatus status = (DeliveryStatus) report.getReport();
    assertThat(status.getMessageDSN().getHeader("Original-Envelope-Id", null)).isEqualTo("QQ=1");
    assertThat(status.getMessageDSN().getHeader("Reporting-MTA", null))
        .isEqualTo("dns; mx.skypost.example");
    assertThat(status.getMessageDSN().getHeader("Arrival-Date", null))
        .isEqualTo("Wed, 25 Nov 2026 07:59:00 +0000");
    var fields = status.getRecipientDSN(0);
    assertThat(fields.getHeader("Original-Recipient", null)).isEqualTo("rfc822;bob+x@old.example");
    assertThat(fields.getHeader("Final-Recipient", null)).isEqualTo("rfc822; Bob@there.example");
    assertThat(fields.getHeader("Action", null)).isEqualTo("failed");
    assertThat(fields.getHeader("Status", null)).isEqualTo("5.1.1");
    assertThat(fields.getHeader("Remote-MTA", null)).isEqualTo("dns; mx.there.example");
    assertThat(fields.getHeader("Diagnostic-Code", null))
        .isEqualTo("smtp; 550 5.1.1 no such user try another");
  }

  @Test
  void theOriginalHeadersComeBackButNotTheBody() throws Exception {
    String headers =
        "Subject: =?utf-8?q?caf=C3=A9?=\r\nX-Long: " + "a ".repeat(40) + "\r\n\tfolded\r\n";

    send(original("alice@here.example", Map.of(), headers), failed("bob@there.example"));

    BodyPart part = ((MultipartReport) parsed().getContent()).getBodyPart(2);
    assertThat(part.getContentType()).startsWith("text/rfc822-headers");
    assertThat(new String(part.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
        .isEqualTo(headers);
    assertThat(new String(stored.get(BOUNCE).bytes(), StandardCharsets.ISO_8859_1))
        .doesNotContain("secret body");
  }

  @Test
  void itIsSevenBitWithCrlfAndShortLinesWhateverComesBack() throws Exception {
    String headers = "Subject: caf\u00e9 \u20ac\r\nX-Endless: " + "x".repeat(3000) + "\r\n";
    SmtpReply rude = SmtpReply.of(554, 7, 1, "na\u00efve \u0007" + "words ".repeat(400));
    FailedRecipient failed =
        new FailedRecipient(
            address("j\u00f6rg@there.example"), Map.of(), rude, Optional.of("mx.there.example"));

    send(original("alice@here.example", Map.of(), headers), failed);

    byte[] bytes = stored.get(BOUNCE).bytes();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(text.chars()).allMatch(c -> c < 128);
    assertThat(text.replace("\r\n", "")).doesNotContain("\r").doesNotContain("\n");
    assertThat(text.split("\r\n")).allMatch(line -> line.length() <= 998);
    DeliveryStatus status = (DeliveryStatus) ((MultipartReport) parsed().getContent()).getReport();
    assertThat(status.getRecipientDSN(0).getHeader("Final-Recipient", null))
        .isEqualTo("utf-8; j\\x{F6}rg@there.example");
    BodyPart part = ((MultipartReport) parsed().getContent()).getBodyPart(2);
    assertThat(new String(part.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("caf\u00e9 \u20ac");
  }

  @Test
  void anInternationalizedSenderIsToldThroughSmtpUtf8() throws Exception {
    send(
        original("\u00e5sa@here.example", Map.of(), "Subject: x\r\n"), failed("bob@there.example"));

    assertThat(stored.get(BOUNCE).envelope().senderParameters()).containsKey("SMTPUTF8");
    assertThat(new String(stored.get(BOUNCE).bytes(), StandardCharsets.UTF_8))
        .contains("\r\nTo: \u00e5sa@here.example\r\n");
  }

  @Test
  void aNullSenderIsNeverBouncedTo() throws IOException {
    Envelope envelope = envelope(Optional.empty(), Map.of());
    Optional<MessageId> sent =
        bounces.send(
            BOUNCE,
            new Bounces.Original(ORIGINAL, envelope, new ByteArrayInputStream(new byte[0])),
            List.of(failed("bob@there.example")));

    assertThat(sent).isEmpty();
    assertThat(stored).isEmpty();
  }

  @Test
  void aSenderIsToldOnlyOfRecipientsHeWantsToHearOf() throws Exception {
    FailedRecipient never =
        new FailedRecipient(
            address("never@there.example"),
            Map.of("NOTIFY", "NEVER"),
            SmtpReply.of(550, 1, 1, "no"),
            Optional.empty());
    FailedRecipient success =
        new FailedRecipient(
            address("success@there.example"),
            Map.of("NOTIFY", "success,delay"),
            SmtpReply.of(550, 1, 1, "no"),
            Optional.empty());
    FailedRecipient failure =
        new FailedRecipient(
            address("failure@there.example"),
            Map.of("NOTIFY", "delay,failure"),
            SmtpReply.of(550, 1, 1, "no"),
            Optional.empty());

    assertThat(send(original("alice@here.example", Map.of(), ""), never, success)).isEmpty();
    assertThat(send(original("alice@here.example", Map.of(), ""), never, success, failure))
        .contains(BOUNCE);

    DeliveryStatus status = (DeliveryStatus) ((MultipartReport) parsed().getContent()).getReport();
    assertThat(status.getRecipientDSNCount()).isEqualTo(1);
    assertThat(status.getRecipientDSN(0).getHeader("Final-Recipient", null))
        .isEqualTo("rfc822; failure@there.example");
  }

  @Test
  void aSuccessIsReportedOnlyToASenderWhoAskedForIt() throws Exception {
    SucceededRecipient delivered = succeeded("bob", "SUCCESS", SucceededRecipient.How.DELIVERED);
    SucceededRecipient relayed =
        succeeded("carol", "failure,success", SucceededRecipient.How.RELAYED);
    SucceededRecipient quiet = succeeded("dave", "FAILURE", SucceededRecipient.How.RELAYED);
    var original = original("alice@here.example", Map.of(), "");

    assertThat(bounces.send(BOUNCE, original, List.of(quiet))).isEmpty();
    assertThat(bounces.send(BOUNCE, original, List.of(delivered, relayed, quiet))).contains(BOUNCE);

    assertThat(parsed().getSubject()).isEqualTo("Successful Mail Delivery Report");
    MultipartReport report = (MultipartReport) parsed().getContent();
    assertThat(report.getText())
        .contains("was delivered to these recipients")
        .contains("That server sends no reports")
        .doesNotContain("could not be delivered");
    DeliveryStatus status = (DeliveryStatus) report.getReport();
    assertThat(status.getRecipientDSNCount()).isEqualTo(2);
    assertThat(status.getRecipientDSN(0).getHeader("Action", null)).isEqualTo("delivered");
    assertThat(status.getRecipientDSN(1).getHeader("Action", null)).isEqualTo("relayed");
    assertThat(status.getRecipientDSN(1).getHeader("Status", null)).isEqualTo("2.1.5");
  }

  private static SucceededRecipient succeeded(
      String local, String notify, SucceededRecipient.How how) {
    return new SucceededRecipient(
        address(local + "@there.example"),
        Map.of("NOTIFY", notify),
        how,
        SmtpReply.of(250, 1, 5, "ok"),
        Optional.empty());
  }

  @Test
  void anEndlessHeaderBlockIsCut() throws Exception {
    send(
        original("alice@here.example", Map.of(), "X-Filler: abcdefghij\r\n".repeat(10_000)),
        failed("bob@there.example"));

    assertThat(stored.get(BOUNCE).bytes()).hasSizeLessThan(70_000);
  }

  private Optional<MessageId> send(Bounces.Original original, FailedRecipient... failed)
      throws IOException {
    return bounces.send(BOUNCE, original, List.of(failed));
  }

  private static FailedRecipient failed(String address) {
    return new FailedRecipient(address(address), SmtpReply.of(550, 1, 1, "no such user"));
  }

  private static Bounces.Original original(
      String sender, Map<String, String> parameters, String headers) {
    byte[] bytes = (headers + "\r\nsecret body\r\n").getBytes(StandardCharsets.UTF_8);
    return new Bounces.Original(
        ORIGINAL,
        envelope(Optional.of(address(sender)), parameters),
        new ByteArrayInputStream(bytes));
  }

  private static Envelope envelope(Optional<EmailAddress> sender, Map<String, String> parameters) {
    return new Envelope(
        sender,
        parameters,
        List.of(new Envelope.Recipient(address("bob@there.example"))),
        new Envelope.Origin(
            NOW.minusSeconds(60),
            Optional.of("203.0.113.9"),
            "client.example",
            Optional.empty(),
            Optional.empty()));
  }

  private static EmailAddress address(String text) {
    return EmailAddress.parse(text).orElseThrow();
  }

  private MimeMessage parsed() throws Exception {
    return new MimeMessage(
        Session.getInstance(new Properties()),
        new ByteArrayInputStream(stored.get(BOUNCE).bytes()));
  }

  private IncomingMessages.Draft begin(MessageId id, Envelope envelope) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return new IncomingMessages.Draft() {
      @Override
      public void write(int octet) {
        bytes.write(octet);
      }

      @Override
      public void write(byte[] octets, int from, int length) {
        bytes.write(octets, from, length);
      }

      @Override
      public void stage() {
        throw new IllegalStateException("a bounce has no client that waits");
      }

      @Override
      public void commit() {
        stored.put(id, new Stored(envelope, bytes.toByteArray()));
      }
    };
  }
}
