package skypost.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import skypost.mail.message.MessageId;

class SubmittedMessageTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:30:00Z");
  private static final MessageId ID = MessageId.at(NOW, new Random(1));
  private static final String DATE = "Date: Wed, 25 Nov 2026 08:30:00 +0000\r\n";
  private static final String MESSAGE_ID = "Message-ID: <" + ID + "@mx.test>\r\n";

  @Test
  void whatIsMissingIsAddedAtTheEndOfTheHeaderSection() throws IOException {
    assertThat(complete("Subject: hi\r\n\r\nDate: in the body\r\nBcc: there\r\n"))
        .isEqualTo(
            "Subject: hi\r\n" + DATE + MESSAGE_ID + "\r\nDate: in the body\r\nBcc: there\r\n");
    assertThat(complete("DATE : today\r\n\r\n"))
        .isEqualTo("DATE : today\r\n" + MESSAGE_ID + "\r\n");
    assertThat(complete("\r\nbody\r\n")).isEqualTo(DATE + MESSAGE_ID + "\r\nbody\r\n");
  }

  @Test
  void aCompleteMessageIsNotTouched() throws IOException {
    String whole =
        "Received: x\r\n\ty\r\nmessage-id: <1@x>\r\nDate: d\r\nBccish: z\r\n\r\nBcc: b\r\n\r\n";
    assertThat(complete(whole)).isEqualTo(whole);
  }

  @Test
  void bccIsTakenOutWithAllItsLines() throws IOException {
    String rest = "Date: d\r\nMessage-ID: <1@x>\r\n";
    assertThat(
            complete(
                "BCC: a@b.test,\r\n c@d.test,\r\n\te@f.test\r\n"
                    + rest
                    + "Resent-Bcc: x\r\nTo: y\r\nbcc:\r\n\r\nbody"))
        .isEqualTo(rest + "To: y\r\n\r\nbody");
  }

  @Test
  void whatIsNoFieldBeginsTheBody() throws IOException {
    assertThat(complete("just text\r\n")).isEqualTo(DATE + MESSAGE_ID + "\r\njust text\r\n");
    assertThat(complete(" Bcc: indented\r\n"))
        .isEqualTo(DATE + MESSAGE_ID + "\r\n Bcc: indented\r\n");
    assertThat(complete("To: x\r\ncaf\u00e9: y\r\n"))
        .isEqualTo("To: x\r\n" + DATE + MESSAGE_ID + "\r\ncaf\u00e9: y\r\n");
    assertThat(complete("two words: x\r\n")).isEqualTo(DATE + MESSAGE_ID + "\r\ntwo words: x\r\n");
    String endless = "x".repeat(5000);
    assertThat(complete(endless)).isEqualTo(DATE + MESSAGE_ID + "\r\n" + endless);
  }

  @Test
  void aMessageThatEndsWithinItsHeaderSectionIsCompletedToo() throws IOException {
    assertThat(complete("")).isEqualTo(DATE + MESSAGE_ID);
    assertThat(complete("To: x\r\n")).isEqualTo("To: x\r\n" + DATE + MESSAGE_ID);
    assertThat(complete("To: x")).isEqualTo("To: x\r\n" + DATE + MESSAGE_ID);
    assertThat(complete("Bcc: x")).isEqualTo(DATE + MESSAGE_ID);
    assertThat(complete("To")).isEqualTo(DATE + MESSAGE_ID + "\r\nTo");
  }

  /** The same however the octets are cut into blocks. */
  private static String complete(String message) throws IOException {
    String whole = complete(message, Integer.MAX_VALUE);
    for (int size = 1; size < 8; size++) {
      assertThat(complete(message, size)).isEqualTo(whole);
    }
    return whole;
  }

  private static String complete(String message, int size) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SubmittedMessage submitted = new SubmittedMessage(out, "mx.test", ID, NOW);
    byte[] octets = message.getBytes(ISO_8859_1);
    for (int from = 0; from < octets.length; from += Math.min(size, octets.length)) {
      submitted.write(octets, from, Math.min(size, octets.length - from));
    }
    submitted.finish();
    return out.toString(ISO_8859_1);
  }
}
