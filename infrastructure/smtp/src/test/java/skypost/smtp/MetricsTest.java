package skypost.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.settings.EmbeddedMetricFormat;
import skypost.protocol.log.Metrics;
import skypost.protocol.net.TestClient;
import skypost.smtp.SmtpFrontSettings.Defence;

/** What happens at the doors, in lines that CloudWatch understands. */
class MetricsTest {
  @Test
  void whatHappensAtADoorIsMeasured() throws Exception {
    try (MemoryFront memory = MemoryFront.start()) {
      try (TestClient client = TestClient.connect(memory.front.port(Door.SMTP))) {
        client.hear();
        client.say("EHLO remote.test");
        client.say("MAIL FROM:<sender@remote.test>");
        client.say("RCPT TO:<nobody@example.com>");
        client.say("RCPT TO:<alice@example.com>");
        client.say("DATA");
        assertThat(client.say("Subject: x\r\n\r\ny\r\n.")).startsWith("250 ");
      }
      memory.metrics.write();

      assertThat(EmbeddedMetricFormat.only(memory.measured, Map.of("Door", "SMTP")))
          .containsEntry("Connections", 1.0)
          .containsEntry("Accepted", 1.0)
          .containsEntry("Octets", 17.0)
          .containsKey("StoreTime");
      assertThat(refused(memory, "5.1.1")).isEqualTo(1.0);
      memory.measured.clear();
      memory.metrics.write();
      assertThat(memory.measured).as("idle").isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET / HTTP/1.1, other-protocol",
    "NONSENSE, syntax",
    "MAIL TO:<x>, parameter",
    "EXPN staff, not-offered",
    "DATA, sequence",
    "AUTH PLAIN AAAA, sequence",
    "MAIL FROM:<a@b.test> SIZE=99999999999, too-big"
  })
  void whatTheDialogueRefusesIsCountedByItsReason(String command, String reason) throws Exception {
    try (MemoryFront memory = MemoryFront.start()) {
      try (TestClient client = TestClient.connect(memory.front.port(Door.SMTP))) {
        client.hear();
        client.say("EHLO x");
        assertThat(client.say(command)).startsWith("5");
      }
      memory.metrics.write();
      assertThat(refused(memory, reason)).isEqualTo(1.0);
    }
  }

  @Test
  void whoIsDroppedIsCountedByItsReason() throws Exception {
    var defence = new Defence(0, Duration.ofSeconds(20), 0, Duration.ZERO);
    try (MemoryFront memory = MemoryFront.defended(defence)) {
      try (TestClient early = TestClient.connect(memory.front.port(Door.SMTP))) {
        assertThat(early.say("EHLO x")).startsWith("554 ");
      }
      try (TestClient smuggler = TestClient.connect(memory.front.port(Door.SUBMISSION))) {
        smuggler.hear();
        assertThat(smuggler.say("EHLO x\nNOOP")).startsWith("521 ");
      }
      try (TestClient lost = TestClient.connect(memory.front.port(Door.SUBMISSION))) {
        lost.hear();
        String reply = "5";
        while (reply.startsWith("5")) {
          reply = lost.say("WHAT");
        }
        assertThat(reply).startsWith("421 4.7.0 Too many errors");
      }
      memory.metrics.write();

      assertThat(refused(memory, "early-talker")).isEqualTo(1.0);
      assertThat(refused(memory, "SUBMISSION", "bare-line-end")).isEqualTo(1.0);
      assertThat(refused(memory, "SUBMISSION", "too-many-errors")).isEqualTo(1.0);
      assertThat(refused(memory, "SUBMISSION", "syntax")).isEqualTo(21.0);
    }
  }

  @Test
  void aNetworkThatWantsTooMuchIsToldToComeLaterAndCounted() throws Exception {
    var rates = new SmtpFrontSettings.NetworkRates(2, 1, 0, 0);
    var defence = new Defence(0, Duration.ZERO, 0, Duration.ZERO, rates);
    byte[] header = // PROXY protocol v2: from 203.0.113.7
        HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000ccb0071070a00000130390019");
    try (MemoryFront memory = MemoryFront.behindProxy(defence)) {
      try (TestClient client = TestClient.connect(memory.front.port(Door.SMTP))) {
        client.send(header);
        client.hear();
        client.say("EHLO x");
        client.say("MAIL FROM:<a@far.example>");
        assertThat(client.say("RCPT TO:<nobody@example.com>")).startsWith("550 5.1.1 ");
        assertThat(client.say("RCPT TO:<bob@example.com>")).startsWith("250 ");
        assertThat(client.say("RCPT TO:<alice@example.com>")).as("one message").startsWith("250 ");
        client.say("DATA");
        assertThat(client.say("text\r\n.")).startsWith("250 ");
        client.say("MAIL FROM:<a@far.example>");
        assertThat(client.say("RCPT TO:<bob@example.com>")).startsWith("450 4.7.1 ");
      }
      try (TestClient second = TestClient.connect(memory.front.port(Door.SUBMISSION))) {
        second.send(header);
        assertThat(second.hear()).startsWith("220 ");
      }
      try (TestClient third = TestClient.connect(memory.front.port(Door.SMTP))) {
        third.send(header);
        assertThat(third.hear()).startsWith("421 4.7.0 ");
      }
      memory.metrics.write();

      assertThat(refused(memory, "4.7.1")).isEqualTo(1.0);
      assertThat(refused(memory, "client-rate")).isEqualTo(1.0);
    }
  }

  @Test
  void contentThatIsRefusedIsCountedByItsReason() throws Exception {
    try (MemoryFront memory = MemoryFront.start()) {
      try (TestClient client = TestClient.connect(memory.front.port(Door.SMTP))) {
        client.hear();
        client.say("EHLO x");
        send(client, "Subject: x\r\n\r\n" + "y".repeat(2000) + "\r\n");
        send(client, "Received: x\r\n".repeat(200) + "\r\n");
        send(client, "bare\nline\r\n");
      }
      memory.metrics.write();

      assertThat(refused(memory, "line-too-long")).isEqualTo(1.0);
      assertThat(refused(memory, "loop")).isEqualTo(1.0);
      assertThat(refused(memory, "bare-line-end")).isEqualTo(1.0);
    }
  }

  private static void send(TestClient client, String content) throws IOException {
    client.say("MAIL FROM:<a@b.test>");
    client.say("RCPT TO:<alice@example.com>");
    client.say("DATA");
    assertThat(client.say(content + ".")).startsWith("5");
  }

  @Test
  void timesAreAnArrayOfNoMoreThanTheSpecificationAllows() throws Exception {
    List<String> written = new ArrayList<>();
    Metrics metrics = Metrics.to("Skypost", written::add, Clock.systemUTC());
    for (int i = 0; i < 1000; i++) {
      metrics.add(Map.of("Door", "SMTP"), "StoreTime", Metrics.Unit.MILLISECONDS, i);
      metrics.add(Map.of("Door", "SMTP"), "Accepted", Metrics.Unit.COUNT, 1);
      metrics.add(Map.of("Door", "many"), "Metric" + i, Metrics.Unit.COUNT, 1e15 * i);
    }
    metrics.add(Map.of("Door", "SMTP"), "Accepted", Metrics.Unit.COUNT, Double.NaN);
    metrics.write();

    Map<String, Object> line = EmbeddedMetricFormat.only(written, Map.of("Door", "SMTP"));
    assertThat(line).containsEntry("Accepted", 1000.0);
    assertThat((List<?>) line.get("StoreTime")).hasSize(100);
    assertThat(EmbeddedMetricFormat.only(written, Map.of("Door", "many"))).hasSize(102);
  }

  private static Object refused(MemoryFront memory, String reason) throws IOException {
    return refused(memory, "SMTP", reason);
  }

  private static Object refused(MemoryFront memory, String door, String reason) throws IOException {
    return EmbeddedMetricFormat.only(memory.measured, Map.of("Door", door, "Reason", reason))
        .get("Refused");
  }
}
