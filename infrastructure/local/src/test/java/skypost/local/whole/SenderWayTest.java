package skypost.local.whole;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import skypost.mail.dns.TestDns;
import skypost.protocol.smtp.client.FakeMx;

/** Mail of right and of forged senders, on the whole way from port 25 to the reader. */
@Timeout(180)
class SenderWayTest {
  private static final String RIGHT = "127.0.0.9"; // may send for far.example
  private static final String OTHER = "127.0.0.8";
  private static final Pattern ID = Pattern.compile("[0-9a-z]{20}");
  private static final String CLAIM =
      "Authentication-Results: mx.skypost.example; dmarc=pass header.from=bank.example\r\n";

  @TempDir private static Path data;
  private static TestDns dns;
  private static FakeMx elsewhere;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    dns = TestDns.start();
    elsewhere = FakeMx.start("127.0.0.3", 0);
    dns.add("far.example", "TXT", "\"v=spf1 ip4:" + RIGHT + " -all\"");
    dns.add("_dmarc.far.example", "TXT", "\"v=DMARC1; p=reject\"");
    dns.add("mild.example", "TXT", "\"v=spf1 -all\"");
    dns.add("_dmarc.mild.example", "TXT", "\"v=DMARC1; p=quarantine\"");
    dns.fails("down.example").fails("_dmarc.down.example");
    dns.add("elsewhere.example", "MX", "10 mx.elsewhere.example.");
    dns.add("mx.elsewhere.example", "A", "127.0.0.3");
    system =
        LocalProcess.start(
            data,
            Map.of(
                "SKYPOST_TRUSTED_NETWORKS", "127.0.0.1/32",
                "SKYPOST_DNS", dns.address().toString(),
                "SKYPOST_OUTBOUND_PORT", Integer.toString(elsewhere.port())));
    system.users("example.com", "alice", "bob", "carol", "dave");
    system.users("strict.example", "eve", "frank");
    String strict =
        "{\"dmarcReject\": \"refuse\", \"spoofed\": \"refuse\","
            + " \"exemptions\": [{\"sender\": \"friend@far.example\"}]}";
    assertThat(system.api("PUT", "/v1/domains/strict.example", strict).status()).isEqualTo(200);
  }

  @AfterAll
  static void stop() throws Exception {
    system.close();
    elsewhere.close();
    dns.close();
  }

  private static String send(String client, String sender, String to, String header)
      throws IOException {
    byte[] message = (header + "Subject: hi\r\n\r\nhello\r\n").getBytes(US_ASCII);
    try (MailClient smtp = MailClient.connect(client, system.port("smtp"))) {
      assertThat(smtp.reply()).startsWith("220 ");
      assertThat(smtp.command("EHLO mail.far.example")).startsWith("250 ");
      return smtp.send(sender, to, message);
    }
  }

  private static String id(String reply) {
    Matcher id = ID.matcher(reply);
    assertThat(id.find()).as(reply).isTrue();
    return id.group();
  }

  private static Map<String, Object> trace(String reply, String status) throws Exception {
    return await(
        "the trace",
        () -> system.api("GET", "/v1/messages/" + id(reply), null).body(),
        body -> status.equals(body.get("status")));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> timeline(Map<String, Object> trace) {
    return (List<Map<String, Object>>) trace.get("timeline");
  }

  private static long folder(String user, String folder) {
    Map<String, Object> mailbox = system.api("GET", "/v1/users/" + user + "/mailbox", null).body();
    return ((Map<?, ?>) mailbox.get("folders")).get(folder) instanceof Map<?, ?> found
        ? ((Number) found.get("messages")).longValue()
        : 0;
  }

  @Test
  void aRightSenderIsReadAsRightAndNobodyElseSpeaksForUs() throws Exception {
    String header = CLAIM + "From: Joe <joe@far.example>\r\n";

    trace(send(RIGHT, "joe@far.example", "alice@example.com", header), "delivered");

    try (MailClient reader = MailClient.pop3(system.port("pop3"), "alice@example.com")) {
      String listed = reader.lines("LIST").getFirst();
      byte[] read = reader.retrieve("RETR 1");
      assertThat(listed).isEqualTo("1 " + read.length);
      assertThat(new String(read, US_ASCII))
          .startsWith(
              "Return-Path: <joe@far.example>\r\nDelivered-To: alice@example.com\r\n"
                  + "Authentication-Results: mx.skypost.example;\r\n"
                  + "\tspf=pass smtp.mailfrom=far.example;\r\n\tdkim=none;\r\n"
                  + "\tdmarc=pass header.from=far.example polrec.p=reject;\r\n\tarc=none\r\n"
                  + "Received: from mail.far.example ([127.0.0.9])\r\n\tby mx.skypost.example")
          .doesNotContain("bank.example")
          .endsWith("\r\nFrom: Joe <joe@far.example>\r\nSubject: hi\r\n\r\nhello\r\n");
      assertThat(reader.lines("TOP 1 0")).contains("Authentication-Results: mx.skypost.example;");
    }
  }

  @Test
  void forgedMailLiesInJunkWithItsReason() throws Exception {
    String from = "From: joe@far.example\r\n";

    var rejected = trace(send(OTHER, "joe@far.example", "bob@example.com", from), "delivered");
    trace(
        send(OTHER, "x@mild.example", "bob@example.com", "From: x@mild.example\r\n"), "delivered");
    trace(
        send(RIGHT, "joe@far.example", "bob@example.com", "From: alice@example.com\r\n"),
        "delivered");

    assertThat(folder("bob@example.com", "Junk")).isEqualTo(3);
    assertThat(system.inbox("bob@example.com")).isZero();
    assertThat(timeline(rejected).get(1).get("detail").toString())
        .contains("spf=fail smtp.mailfrom=far.example", "dmarc=fail header.from=far.example");
    assertThat(timeline(rejected).getLast())
        .containsEntry("folder", "Junk")
        .containsEntry("detail", "dmarc-reject");
  }

  @Test
  void whereADomainWantsItForgedMailIsRefusedInTheDialogue() throws Exception {
    String from = "From: joe@far.example\r\n";

    String reply = send(OTHER, "joe@far.example", "eve@strict.example", from);
    assertThat(reply)
        .startsWith(
            "550 5.7.26 Unauthenticated mail from far.example is refused by its DMARC policy");
    assertThat(send(RIGHT, "joe@far.example", "eve@strict.example", "From: bob@example.com\r\n"))
        .startsWith("550 5.7.26 Mail from our own domains");
    assertThat(timeline(trace(reply, "refused")).getLast())
        .containsEntry("event", "refused")
        .containsEntry("detail", "dmarc-reject");

    trace(send(RIGHT, "joe@far.example", "eve@strict.example", from), "delivered");
    String friend = "From: Friend <friend@far.example>\r\n";
    trace(send(OTHER, "x@nowhere.example", "eve@strict.example", friend), "delivered");
    assertThat(system.inbox("eve@strict.example")).isEqualTo(2);
    assertThat(folder("eve@strict.example", "Junk")).isZero();
  }

  @Test
  void whileTheDnsIsDownMailIsTakenAndSaysSo() throws Exception {
    String from = "From: joe@down.example\r\n";

    for (String user : List.of("carol@example.com", "frank@strict.example")) {
      trace(send(OTHER, "joe@down.example", user, from), "delivered");

      try (MailClient reader = MailClient.pop3(system.port("pop3"), user)) {
        assertThat(new String(reader.retrieve("RETR 1"), US_ASCII))
            .contains(
                "spf=temperror smtp.mailfrom=down.example",
                "dmarc=temperror header.from=down.example");
      }
    }
  }

  @Test
  void whatIsForwardedTellsTheNextServer() throws Exception {
    system.api("PUT", "/v1/aliases/away@example.com", "{\"targets\": [\"x@elsewhere.example\"]}");

    send(RIGHT, "joe@far.example", "away@example.com", CLAIM + "From: joe@far.example\r\n");

    String sent =
        await("forwarded mail", elsewhere::received, all -> !all.isEmpty()).getFirst().text();
    assertThat(sent)
        .startsWith("Authentication-Results: mx.skypost.example;\r\n\tspf=pass")
        .doesNotContain("bank.example");
  }

  @Test
  void aUsersOwnMailIsNotJudged() throws Exception {
    trace(send("127.0.0.1", "alice@example.com", "dave@example.com", CLAIM), "delivered");

    assertThat(system.inbox("dave@example.com")).isEqualTo(1);
    try (MailClient reader = MailClient.pop3(system.port("pop3"), "dave@example.com")) {
      assertThat(new String(reader.retrieve("RETR 1"), US_ASCII))
          .contains("Authentication-Results: mx.skypost.example;\r\n\tnone\r\n")
          .doesNotContain("bank.example");
    }
  }
}
