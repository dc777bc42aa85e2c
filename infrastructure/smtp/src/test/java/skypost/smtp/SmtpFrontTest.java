package skypost.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import skypost.mail.message.Envelope;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.log.EventLog;
import skypost.protocol.net.TestClient;

class SmtpFrontTest {
  private static final String ALICE = auth("alice@example.com", "alice-password");

  @Test
  void mailFromAnotherServerIsStoredWithItsEnvelopeBelowOurReceivedField() throws Exception {
    try (MemoryFront memory = MemoryFront.start()) {
      String queued;
      try (TestClient client = TestClient.connect(memory.front.port(Door.SMTP))) {
        client.hear();
        client.say("EHLO remote.test");
        client.say("MAIL FROM:<sender@remote.test> BODY=8BITMIME");
        assertThat(client.say("RCPT TO:<x@elsewhere.test>"))
            .isEqualTo("550 5.7.1 relay access denied");
        assertThat(client.say("RCPT TO:<nobody@example.com>"))
            .isEqualTo("550 5.1.1 no such mailbox here");
        assertThat(client.say("RCPT TO:<Alice@EXAMPLE.com>")).startsWith("250 ");
        assertThat(client.say("DATA")).startsWith("354 ");
        queued = client.say("Subject: caf\u00e9\r\n\r\n..\r\n.");
      }
      assertThat(queued).isEqualTo("250 2.0.0 Ok: queued as " + memory.ids().getFirst());
      StoredMessage message = memory.only();
      Envelope envelope = message.envelope();
      assertThat(envelope.returnPath()).isEqualTo("<sender@remote.test>");
      assertThat(envelope.senderParameters()).containsEntry("BODY", "8BITMIME");
      assertThat(envelope.recipients())
          .extracting(recipient -> recipient.address().toString())
          .containsExactly("Alice@example.com");
      assertThat(envelope.origin().client()).contains("127.0.0.1");
      assertThat(envelope.origin().helo()).isEqualTo("remote.test");
      assertThat(new String(message.content().readAllBytes(), ISO_8859_1))
          .matches(
              "Received: from remote\\.test \\(\\[127\\.0\\.0\\.1\\]\\)\r\n\tby mx\\.test with ESMTP\r\n\tid "
                  + memory.ids().getFirst()
                  + " for <Alice@example\\.com>;\r\n\t\\w{3}, \\d+ \\w{3} \\d{4} [0-9:]{8} \\+0000\r\n"
                  + "Subject: caf\u00e9\r\n\r\n\\.\r\n");
    }
  }

  @Test
  void userSubmitsByStartTlsAndIsNotBetrayedByTheReceivedField() throws Exception {
    try (MemoryFront memory = MemoryFront.start();
        TestClient client = TestClient.connect(memory.front.port(Door.SUBMISSION))) {
      client.hear();
      client.say("EHLO my-laptop.internal");
      assertThat(client.say("STARTTLS")).startsWith("220 ");
      client.secure(trustingAnybody());
      assertThat(client.say("EHLO my-laptop.internal"))
          .contains("AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN");
      assertThat(client.say(ALICE)).startsWith("235 ");
      client.say("MAIL FROM:<alice@example.com>");
      assertThat(client.say("RCPT TO:<friend@elsewhere.test>")).startsWith("250 ");
      client.say("DATA");
      assertThat(client.say("Subject: hi\r\n\r\ntext\r\n.")).startsWith("250 ");
      String raw = new String(memory.only().content().readAllBytes(), ISO_8859_1);
      assertThat(raw)
          .startsWith("Received: from example.com\r\n\tby mx.test with ESMTPSA tls TLS_")
          .doesNotContain("127.0.0.1", "laptop")
          .contains("\r\nSubject: hi\r\nDate: ", "\r\nMessage-ID: <" + memory.ids().getFirst())
          .endsWith("\r\n\r\ntext\r\n");
      assertThat(memory.only().envelope().origin().login())
          .hasToString("Optional[alice@example.com]");
      assertThat(memory.authorizer.questions)
          .as("a granted session costs one question")
          .containsExactly("login");
    }
  }

  @Test
  void userWritesAsHimselfAloneAndIsAskedAboutLocalRecipients() throws Exception {
    try (MemoryFront memory = MemoryFront.start();
        TestClient client = submissions(memory)) {
      assertThat(client.say(ALICE)).startsWith("235 ");
      client.say("MAIL FROM:<bob@example.com>");
      assertThat(client.say("RCPT TO:<friend@elsewhere.test>")).startsWith("553 5.7.1 ");
      client.say("RSET");
      client.say("MAIL FROM:<alice@example.com>");
      assertThat(client.say("RCPT TO:<bob@example.com>")).startsWith("250 ");
      assertThat(client.say("RCPT TO:<nobody@example.com>")).startsWith("550 5.1.1 ");
    }
  }

  @Test
  void confirmedLoginIsRememberedAndAWrongPasswordIsNot() throws Exception {
    try (MemoryFront memory = MemoryFront.start()) {
      for (int i = 0; i < 3; i++) {
        try (TestClient client = submissions(memory)) {
          assertThat(client.say(auth("alice@example.com", "guess"))).startsWith("535 ");
          assertThat(client.say(ALICE)).startsWith("235 ");
        }
      }
      assertThat(memory.authorizer.questions).as("three guesses and one login").hasSize(4);
    }
  }

  @Test
  void withoutAnAnswerNothingIsAcceptedAndNothingIsRefusedForGood() throws Exception {
    try (MemoryFront memory = MemoryFront.start()) {
      memory.authorizer.unreachable = true;
      try (TestClient client = submissions(memory)) {
        assertThat(client.say(ALICE)).startsWith("454 ");
      }
      try (TestClient client = TestClient.connect(memory.front.port(Door.SMTP))) {
        client.hear();
        client.say("HELO x");
        client.say("MAIL FROM:<a@b.test>");
        assertThat(client.say("RCPT TO:<alice@example.com>")).startsWith("451 ");
        memory.authorizer.unreachable = false;
        assertThat(client.say("RCPT TO:<alice@example.com>")).startsWith("250 ");
      }
    }
  }

  @Test
  void pipelinedRecipientsAreOneQuestion() throws Exception {
    try (MemoryFront memory = MemoryFront.start();
        TestClient client = TestClient.connect(memory.front.port(Door.SMTP))) {
      client.hear();
      client.say("EHLO x");
      client.send(
          "MAIL FROM:<a@b.test>\r\n"
              + "RCPT TO:<alice@example.com>\r\nRCPT TO:<bob@example.com>\r\n".repeat(40));
      for (int i = 0; i < 81; i++) {
        assertThat(client.hear()).startsWith("250 ");
      }
      assertThat(memory.authorizer.questions).containsExactly("recipients 80 from 127.0.0.1");
    }
  }

  @Test
  void proxyNamesTheClient() throws Exception {
    byte[] header = {
      0x0d,
      0x0a,
      0x0d,
      0x0a,
      0x00,
      0x0d,
      0x0a,
      0x51,
      0x55,
      0x49,
      0x54,
      0x0a,
      0x21,
      0x11,
      0,
      12,
      (byte) 203,
      0,
      113,
      7,
      10,
      0,
      0,
      1,
      0x30,
      0x39,
      0,
      25
    };
    try (MemoryFront memory = MemoryFront.behindProxy()) {
      try (TestClient client = TestClient.connect(memory.front.port(Door.SUBMISSIONS))) {
        client.send(header);
        client.secure(trustingAnybody());
        assertThat(client.hear()).startsWith("220 ");
        client.say("EHLO x");
        client.say(ALICE);
        client.say("MAIL FROM:<alice@example.com>");
        client.say("RCPT TO:<bob@example.com>");
        assertThat(memory.authorizer.questions).contains("recipients 1 from 203.0.113.7");
      }
      try (TestClient one = TestClient.connect(memory.front.port(Door.SMTP));
          TestClient two = TestClient.connect(memory.front.port(Door.SMTP))) {
        header[19] = 8; // another client than the one that has just hung up
        one.send(header);
        assertThat(one.hear()).startsWith("220 ");
        two.send(header);
        assertThat(two.hear()).as("one connection of one client").startsWith("421 4.7.0 ");
      }
      try (TestClient liar = TestClient.connect(memory.front.port(Door.SMTP))) {
        liar.send("EHLO without-a-header\r\n");
        assertThat(hearOrReset(liar)).as("who comes around the proxy is not served").isEmpty();
      }
    }
  }

  @Test
  void aUserBeyondHisRateIsToldToComeAgain() throws Exception {
    var defence = new SmtpFrontSettings.Defence(0, Duration.ZERO, 2, Duration.ZERO);
    try (MemoryFront memory = MemoryFront.defended(defence);
        TestClient client = submissions(memory)) {
      client.say(ALICE);
      client.say("MAIL FROM:<alice@example.com>");
      assertThat(client.say("RCPT TO:<nobody@example.com>")).startsWith("550 5.1.1 ");
      assertThat(client.say("RCPT TO:<bob@example.com>")).startsWith("250 ");
      assertThat(client.say("RCPT TO:<friend@elsewhere.test>")).startsWith("250 ");
      assertThat(client.say("RCPT TO:<other@elsewhere.test>")).startsWith("450 4.7.1 ");
    }
  }

  @Test
  void recipientIsNotAskedAboutTwiceWithinAMoment() throws Exception {
    var defence = new SmtpFrontSettings.Defence(0, Duration.ZERO, 0, Duration.ofHours(1));
    try (MemoryFront memory = MemoryFront.defended(defence);
        TestClient client = TestClient.connect(memory.front.port(Door.SMTP))) {
      client.hear();
      client.say("EHLO x");
      for (int i = 0; i < 3; i++) {
        client.say("MAIL FROM:<a@b.test>");
        assertThat(client.say("RCPT TO:<alice@example.com>")).startsWith("250 ");
        assertThat(client.say("RCPT TO:<nobody@example.com>")).startsWith("550 5.1.1 ");
        client.say("RSET");
      }
      assertThat(memory.authorizer.questions).hasSize(2);
    }
  }

  @Test
  void internationalizedAddressAndDsnParametersReachTheEnvelope() throws Exception {
    try (MemoryFront memory = MemoryFront.start();
        TestClient client = submissions(memory)) {
      client.say(ALICE);
      client.say("MAIL FROM:<alice@example.com> SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=QQ314");
      client.send(
          "RCPT TO:<\u7528\u6237@\u4f8b\u5b50.\u6d4b\u8bd5> NOTIFY=SUCCESS,FAILURE ORCPT=utf-8;\u7528@x.test\r\n"
              .getBytes(UTF_8));
      assertThat(client.hear()).startsWith("250 ");
      assertThat(client.say("MAIL FROM:<x@y.test>")).startsWith("503 ");
      client.say("DATA");
      assertThat(client.say("Subject: hi\r\n\r\ntext\r\n.")).startsWith("250 ");
      StoredMessage message = memory.only();
      Envelope.Recipient recipient = message.envelope().recipients().getFirst();
      assertThat(recipient.address()).hasToString("\u7528\u6237@xn--fsqu00a.xn--0zwm56d");
      assertThat(recipient.parameters())
          .containsEntry("NOTIFY", "SUCCESS,FAILURE")
          .containsEntry("ORCPT", "utf-8;\\x{7528}@x.test");
      assertThat(message.envelope().senderParameters())
          .containsEntry("SMTPUTF8", "")
          .containsEntry("RET", "HDRS")
          .containsEntry("ENVID", "QQ314");
      assertThat(new String(message.content().readAllBytes(), UTF_8))
          .contains("with UTF8SMTPSA", "for <\u7528\u6237@xn--fsqu00a.xn--0zwm56d>");
    }
  }

  @Test
  void binaryPartsOfASubmissionAreStoredAsLines() throws Exception {
    String content =
        "From: alice@example.com\r\nBcc: secret@example.com\r\nMIME-Version: 1.0\r\n"
            + "Content-Transfer-Encoding: binary\r\nContent-Type: image/png\r\n\r\n"
            + "\u0089PNG\r\n\u001a\n\0.\r\n";
    try (MemoryFront memory = MemoryFront.start();
        TestClient client = submissions(memory)) {
      client.say(ALICE);
      assertThat(client.say("MAIL FROM:<alice@example.com> BODY=BINARYMIME")).startsWith("250 ");
      client.say("RCPT TO:<bob@example.com>");
      client.send("BDAT " + content.length() + " LAST\r\n" + content);
      assertThat(client.hear()).startsWith("250 ");

      StoredMessage message = memory.only();
      assertThat(message.envelope().senderParameters()).containsEntry("BODY", "8BITMIME");
      assertThat(new String(message.content().readAllBytes(), UTF_8))
          .startsWith("Received: ")
          .contains("\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n")
          .contains("\r\nMessage-ID: ")
          .endsWith("\r\n\r\niVBORw0KGgoALg0K\r\n")
          .doesNotContain("secret");
    }
  }

  @Test
  void goingDownTellsIdleSessionsAndLetsATransactionFinish() throws Exception {
    try (MemoryFront memory = MemoryFront.start();
        TestClient idle = TestClient.connect(memory.front.port(Door.SMTP));
        TestClient busy = TestClient.connect(memory.front.port(Door.SMTP))) {
      idle.hear();
      busy.hear();
      busy.say("HELO x");
      busy.say("MAIL FROM:<a@b.test>");
      busy.say("RCPT TO:<alice@example.com>");
      busy.say("DATA");
      var drained = CompletableFuture.supplyAsync(() -> memory.front.drain(Duration.ofSeconds(30)));
      assertThat(idle.hear()).startsWith("421 4.3.2 ");
      try (TestClient late = TestClient.connect(memory.front.port(Door.SMTP))) {
        assertThat(late.hear()).as("the listener is still there").startsWith("421 4.3.2 ");
      }
      assertThat(busy.say("text\r\n.")).startsWith("250 ");
      assertThat(busy.hear()).startsWith("421 4.3.2 ");
      assertThat(drained.get(30, TimeUnit.SECONDS)).isTrue();
      assertThat(memory.ids()).hasSize(1);
    }
  }

  @Test
  void frontThatHasClosedItsDoorsIsNotWell() throws Exception {
    try (MemoryFront memory = MemoryFront.start()) {
      assertThat(memory.front.trouble()).isEmpty();
      memory.front.drain(Duration.ZERO);
      assertThat(memory.front.trouble()).contains("SMTP accepts no connections");
    }
  }

  @Test
  void healthCheckThatHangsUpIsNotWorthALogLine() throws Exception {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    EventLog.to(new PrintStream(log, true, UTF_8));
    try (MemoryFront memory = MemoryFront.start()) {
      for (Door door : Door.values()) {
        TestClient.connect(memory.front.port(door)).close();
      }
      assertThat(memory.front.drain(Duration.ofSeconds(20))).isTrue();
    } finally {
      EventLog.to(System.err);
    }
    // One that the server came to after it had begun to close is told so, which is logged
    assertThat(log.toString(UTF_8).lines())
        .filteredOn(line -> !line.contains("reason=shutting-down"))
        .isEmpty();
  }

  @Test
  void badInputOfEveryKindGetsItsEndAndTheServerGoesOn() throws Exception {
    try (MemoryFront memory = MemoryFront.start()) {
      for (Door door : Door.values()) {
        int port = memory.front.port(door);
        sendAndLeave(
            port, new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0}); // the beginning of a TLS handshake
        sendAndLeave(port, "EHLO plain text\r\n".getBytes(UTF_8));
        sendAndLeave(port, "MAIL FRO".getBytes(UTF_8));
        sendAndLeave(port, "\0\0\0\r\n\0".getBytes(UTF_8));
        sendAndLeave(port, new SecureRandom().generateSeed(2_000));
        reset(port);
      }
      try (TestClient endless = TestClient.connect(memory.front.port(Door.SMTP))) {
        endless.hear();
        String last = "";
        try {
          for (int i = 0; i < 40; i++) {
            endless.send("x".repeat(100_000));
          }
          last = endless.hear();
        } catch (IOException cutOff) {
          last = "500";
        }
        assertThat(last).startsWith("500");
      }
      try (TestClient client = TestClient.connect(memory.front.port(Door.SMTP))) {
        assertThat(client.hear()).startsWith("220 ");
        assertThat(client.say("EHLO x")).contains("250 STARTTLS");
      }
      try (TestClient client = submissions(memory)) {
        assertThat(client.say(ALICE)).startsWith("235 ");
      }
      assertThat(memory.ids()).isEmpty();
    }
  }

  private static void sendAndLeave(int port, byte[] octets) throws IOException {
    try (TestClient client = TestClient.connect(port)) {
      client.send(octets);
    }
  }

  private static void reset(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Test
  void takenPortIsExplainedAndLeavesNoDoorOpen() throws Exception {
    try (MemoryFront memory = MemoryFront.start()) {
      int taken = memory.front.port(Door.SMTP);
      var settings =
          new SmtpFrontSettings(
              "mx.test",
              InetAddress.getLoopbackAddress(),
              Map.of(Door.SMTP, taken),
              100_000,
              5,
              skypost.mail.tls.ServerTls.selfSigned("mx.test", Instant.now()),
              List.of(),
              SmtpFrontSettings.Defence.NONE);
      assertThatThrownBy(() ->
              SmtpFront.start(
                  settings,
                  memory.authorizer,
                  memory.messages,
                  Clock.systemUTC(),
                  new SecureRandom()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on")
          .hasMessageContaining(String.valueOf(taken));
    }
  }

  @Test
  void wrongSettingsAreToldTogether() {
    var reader =
        new SettingsReader(
            Map.of(
                "SKYPOST_PORT_SMTP",
                "many",
                "SKYPOST_TLS_CERT",
                "no-such-file",
                "SKYPOST_TLS_KEY",
                "x",
                "SKYPOST_PROXY_NETWORKS",
                "10.0.0.1/8"));
    SmtpFrontSettings.read(reader, InetAddress.getLoopbackAddress(), Instant.now());
    assertThatThrownBy(reader::check)
        .hasMessageContaining("SKYPOST_PORT_SMTP")
        .hasMessageContaining("SKYPOST_TLS_CERT: neither PEM nor a readable file: no-such-file")
        .hasMessageContaining("SKYPOST_PROXY_NETWORKS");
  }

  private static TestClient submissions(MemoryFront memory) throws IOException {
    TestClient client =
        TestClient.connect(memory.front.port(Door.SUBMISSIONS)).secure(trustingAnybody());
    client.hear();
    client.say("EHLO x");
    return client;
  }

  private static String auth(String user, String password) {
    return "AUTH PLAIN "
        + Base64.getEncoder().encodeToString(("\0" + user + "\0" + password).getBytes(UTF_8));
  }

  private static String hearOrReset(TestClient client) {
    try {
      return client.hear();
    } catch (IOException reset) {
      return "";
    }
  }

  /** The certificate is self-signed and new each time. */
  private static SSLContext trustingAnybody() {
    X509TrustManager anybody =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {anybody}, null);
      return context;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
