package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 200 messages of all kinds come back by POP3 byte for byte below the trace headers. */
class RoundTripTest {
  private static final int COUNT = 200;

  @TempDir private static Path data;

  @Test
  void everyMessageComesBackByteForByte() throws Exception {
    List<byte[]> messages = RealMessages.all(COUNT);
    try (LocalProcess system = LocalProcess.start(data, Map.of())) {
      system.users("example.com", "bob");
      Map<String, byte[]> sent = new HashMap<>();
      try (MailClient smtp = MailClient.connect(system.port("smtp"))) {
        smtp.reply();
        smtp.command("EHLO client.example");
        for (byte[] message : messages) {
          String reply = smtp.send("sender@far.example", "bob@example.com", message);
          assertThat(reply).startsWith("250 2.0.0");
          sent.put(reply.substring(reply.lastIndexOf(' ') + 1), message);
        }
      }
      await(
          "all messages in the mailbox",
          () -> system.inbox("bob@example.com"),
          count -> count == messages.size());

      try (MailClient pop3 = MailClient.pop3(system.port("pop3"), "bob@example.com")) {
        List<String> sizes = pop3.lines("LIST");
        List<String> ids = pop3.lines("UIDL");
        assertThat(ids).hasSize(messages.size());
        for (String line : ids) {
          String[] numberAndId = line.split(" ");
          byte[] received = pop3.retrieve("RETR " + numberAndId[0]);
          byte[] original = sent.remove(numberAndId[1]);
          assertThat(sizes).contains(numberAndId[0] + " " + received.length);
          assertThat(new String(received, StandardCharsets.ISO_8859_1))
              .startsWith(
                  "Return-Path: <sender@far.example>\r\nDelivered-To: bob@example.com\r\nReceived: from client.example");
          // Arrays.equals first: a failing comparison of ten megabytes would print them
          boolean same =
              Arrays.equals(
                  received,
                  received.length - original.length,
                  received.length,
                  original,
                  0,
                  original.length);
          assertThat(same).as("message %s of %d octets", numberAndId[1], original.length).isTrue();
          assertThat(traceHeaders(received, original))
              .matches("(?s)(Return-Path|Delivered-To|Received): .*\r\n");
        }
        assertThat(sent).isEmpty();
      }
      System.out.println("round trip: " + messages.size() + " messages byte for byte");
    }
  }

  private static String traceHeaders(byte[] received, byte[] original) {
    return new String(received, 0, received.length - original.length, StandardCharsets.ISO_8859_1);
  }
}
