package skypost.mail.bounce;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.eclipse.angus.mail.dsn.DeliveryStatus;
import org.eclipse.angus.mail.dsn.MultipartReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** What goes back with a report, and what becomes of a report that fails itself. */
class ReturnedReportsTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final MessageId ORIGINAL = MessageId.derived(NOW.minusSeconds(60), "original");
  private static final MessageId REPORT = MessageId.derived(NOW, "report");
  private static final SmtpReply NO = SmtpReply.of(550, 1, 1, "no such user");
  private static final String TEXT = "Subject: x\r\nMIME-Version: 1.0\r\n\r\nall of it\r\n.\r\n";

  private final InMemoryMessages messages = new InMemoryMessages();
  private final Bounces bounces = new Bounces(messages, "mx.local.example");

  @Test
  void theWholeMessageComesBackWhereItsSenderWantsIt() throws Exception {
    send("alice@here.example", "FULL", TEXT, failed());

    BodyPart part = part();
    assertThat(part.getContentType()).startsWith("message/rfc822");
    assertThat(new String(part.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .isEqualTo(TEXT);
  }

  @Test
  void otherReportsBearTheHeadersOnly() throws Exception {
    send("alice@here.example", "HDRS", TEXT, failed());
    assertThat(part().getContentType()).startsWith("text/rfc822-headers");

    send("alice@here.example", "FULL", TEXT, delayed());
    assertThat(part().getContentType()).startsWith("text/rfc822-headers");
  }

  @ParameterizedTest
  @ValueSource(strings = {"long", "8bit", "endless line"})
  void whatIsLargeOrNotSevenBitComesBackAsHeaders(String kind) throws Exception {
    String body =
        switch (kind) {
          case "long" -> "abcdefghij\r\n".repeat(30_000);
          case "8bit" -> "caf\u00e9\r\n";
          default -> "x".repeat(999) + "\r\n";
        };
    send("alice@here.example", "FULL", TEXT + body, failed());

    assertThat(part().getContentType()).startsWith("text/rfc822-headers");
    assertThat(new String(part().getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .isEqualTo("Subject: x\r\nMIME-Version: 1.0\r\n");
  }

  @Test
  void aDelayedRecipientsReportSaysHowLongItIsTried() throws Exception {
    send("alice@here.example", "HDRS", TEXT, delayed());

    assertThat(status().getRecipientDSN(0).getHeader("Will-Retry-Until", null))
        .isEqualTo("Mon, 30 Nov 2026 08:00:00 +0000");

    send("alice@here.example", "HDRS", TEXT, failed());
    assertThat(status().getRecipientDSN(0).getHeader("Will-Retry-Until")).isNull();
  }

  @Test
  void aReportOfOursThatFailsIsToldToThePostmasterOnceAndNeverAgain() throws Exception {
    send("alice@here.example", "HDRS", TEXT, failed());
    Envelope first = stored(REPORT);
    MessageId second = MessageId.derived(NOW.plusSeconds(1), "second");
    MessageId third = MessageId.derived(NOW.plusSeconds(2), "third");

    assertThat(fail(second, REPORT)).contains(second);
    assertThat(first.recipients())
        .extracting(Envelope.Recipient::address)
        .containsExactly(address("alice@here.example"));
    assertThat(stored(second).sender()).isEmpty();
    assertThat(stored(second).recipients())
        .extracting(Envelope.Recipient::address)
        .containsExactly(address("postmaster@mx.local.example"));
    assertThat(parsed(second).getSubject())
        .isEqualTo("Postmaster notice: a report could not be delivered");
    assertThat(fail(third, second)).isEmpty();
    assertThat(messages.open(third)).isEmpty();
  }

  @Test
  void othersReportsThatFailAreDropped() throws Exception {
    var origin =
        new Envelope.Origin(
            NOW, Optional.of("203.0.113.9"), "far.example", Optional.empty(), Optional.empty());
    var envelope =
        new Envelope(
            Optional.empty(),
            Map.of(),
            List.of(new Envelope.Recipient(address("bob@there.example"))),
            origin);
    var original = new Bounces.Original(ORIGINAL, envelope, stream(TEXT));

    assertThat(bounces.send(REPORT, original, List.of(failed()))).isEmpty();
    Iterator<MessageId> all = messages.listFrom(MessageId.first(Instant.EPOCH));
    assertThat(all).isExhausted();
  }

  private Optional<MessageId> fail(MessageId report, MessageId failing) throws IOException {
    try (var stored = messages.open(failing).orElseThrow()) {
      var original = new Bounces.Original(failing, stored.envelope(), stored.content());
      // An alias may have led elsewhere, so the failing address need not be the postmaster's
      return bounces.send(report, original, List.of(failed()));
    }
  }

  private void send(String sender, String ret, String text, Reported ended) throws IOException {
    Optional<EmailAddress> from = Optional.of(address(sender));
    List<Envelope.Recipient> to = List.of(new Envelope.Recipient(address("bob@there.example")));
    var origin = Envelope.Origin.internal(NOW.minusSeconds(60), "client.example");
    var envelope = new Envelope(from, Map.of("RET", ret), to, origin);
    Optional<Instant> until = Optional.of(Instant.parse("2026-11-30T08:00:00Z"));
    var original = new Bounces.Original(ORIGINAL, envelope, stream(text), until);
    assertThat(bounces.send(REPORT, original, List.of(ended))).contains(REPORT);
  }

  private static FailedRecipient failed() {
    return new FailedRecipient(address("bob@there.example"), NO);
  }

  private static DelayedRecipient delayed() {
    return new DelayedRecipient(
        address("bob@there.example"),
        Map.of("NOTIFY", "DELAY"),
        SmtpReply.of(451, 4, 1, "later"),
        Optional.empty());
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private Envelope stored(MessageId id) throws IOException {
    try (var stored = messages.open(id).orElseThrow()) {
      return stored.envelope();
    }
  }

  private DeliveryStatus status() throws Exception {
    return (DeliveryStatus) ((MultipartReport) parsed(REPORT).getContent()).getReport();
  }

  private BodyPart part() throws Exception {
    return ((MultipartReport) parsed(REPORT).getContent()).getBodyPart(2);
  }

  private MimeMessage parsed(MessageId id) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var stored = messages.open(id).orElseThrow()) {
      stored.content().transferTo(bytes);
    }
    return new MimeMessage(
        Session.getInstance(new Properties()), new ByteArrayInputStream(bytes.toByteArray()));
  }
}
