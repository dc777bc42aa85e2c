package skypost.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import skypost.mail.settings.EmbeddedMetricFormat;
import skypost.protocol.net.TestClient;
import skypost.smtp.SmtpFrontSettings.Defence;
import skypost.smtp.SmtpFrontSettings.NetworkRates;

/** What a network gets that wants more than its share; a proxy names the clients. */
class DefenceTest {
  private static final String RCPT = "RCPT TO:<bob@example.com>";

  private static MemoryFront front(int connections, NetworkRates rates) throws IOException {
    return MemoryFront.behindProxy(
        new Defence(connections, Duration.ZERO, 0, Duration.ZERO, rates));
  }

  /** A connection of 203.0.113.{@code last}, PROXY protocol v2. */
  private static TestClient connect(MemoryFront memory, Door door, int last) throws IOException {
    byte[] header =
        HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000ccb0071070a00000130390019");
    header[19] = (byte) last;
    TestClient client = TestClient.connect(memory.front.port(door));
    client.send(header);
    return client;
  }

  @Test
  void beyondALimitAClientIsToldInClearAndGetsNoHandshake() throws Exception {
    try (MemoryFront memory = front(1, NetworkRates.UNLIMITED);
        TestClient held = connect(memory, Door.SMTP, 7)) {
      assertThat(held.hear()).startsWith("220 ");
      for (Door plain : new Door[] {Door.SMTP, Door.SUBMISSION}) {
        try (TestClient more = connect(memory, plain, 7)) {
          assertThat(more.hear())
              .isEqualTo(
                  "421 4.7.0 mx.test too many connections from your network, try again later");
          assertThat(more.hear()).isEmpty();
        }
      }
      try (TestClient secure = connect(memory, Door.SUBMISSIONS, 7)) {
        assertThat(secure.hear()).as("closed without an octet").isEmpty();
      }
      try (TestClient other = connect(memory, Door.SMTP, 8)) {
        assertThat(other.hear()).as("somebody else").startsWith("220 ");
      }
      memory.metrics.write();
      for (Door door : Door.values()) {
        Map<String, String> reason = Map.of("Door", door.name(), "Reason", "client-limit");
        assertThat(EmbeddedMetricFormat.only(memory.measured, reason))
            .containsEntry("Refused", 1.0);
      }
    }
  }

  @Test
  void messagesCountWhenTheyAreAcceptedAndNotBeforeThem() throws Exception {
    try (MemoryFront memory = front(0, new NetworkRates(0, 2, 0, 0));
        TestClient client = begun(memory, 7)) {
      for (int i = 0; i < 5; i++) {
        client.say("MAIL FROM:<a@far.example>");
        assertThat(client.say(RCPT)).as("nothing came of the one before").startsWith("250 ");
        assertThat(client.say("RSET")).startsWith("250 ");
      }
      client.say("MAIL FROM:<a@far.example>");
      client.say(RCPT);
      client.say("DATA");
      assertThat(client.say("a\nbare line end\r\n.")).startsWith("521 ");
      assertThat(client.hear()).as("the session is over").isEmpty();
      try (TestClient again = begun(memory, 7)) {
        assertThat(message(again)).startsWith("250 ");
        assertThat(message(again)).startsWith("250 ");
        again.say("MAIL FROM:<a@far.example>");
        assertThat(again.say(RCPT)).as("two were accepted").startsWith("450 4.7.1 ");
      }
    }
  }

  @Test
  void manyTransactionsAtOnceGetNoMoreThroughThanOneAfterTheOther() throws Exception {
    try (MemoryFront memory = front(0, new NetworkRates(0, 2, 0, 0));
        TestClient one = begun(memory, 7);
        TestClient two = begun(memory, 7);
        TestClient three = begun(memory, 7);
        TestClient other = begun(memory, 8)) {
      for (TestClient client : new TestClient[] {one, two, three, other}) {
        client.say("MAIL FROM:<a@far.example>");
      }
      assertThat(one.say(RCPT)).startsWith("250 ");
      assertThat(two.say(RCPT)).startsWith("250 ");
      assertThat(three.say(RCPT)).startsWith("450 4.7.1 ");
      assertThat(other.say(RCPT)).startsWith("250 ");

      two.say("QUIT");
      assertThat(two.hear()).as("the session is over").isEmpty();
      assertThat(three.say(RCPT)).as("and its place free").startsWith("250 ");
      one.say("DATA");
      assertThat(one.say("text\r\n.")).startsWith("250 ");
      assertThat(message(one)).startsWith("450 4.7.1 ");
    }
  }

  /** Each guess is a question that we pay for. */
  @Test
  void whoGuessesAddressesIsToldNothingMoreAndNobodyIsAsked() throws Exception {
    try (MemoryFront memory = front(0, new NetworkRates(0, 0, 0, 8))) {
      for (int session = 0; session < 2; session++) {
        try (TestClient guesser = begun(memory, 7)) {
          guesser.say("MAIL FROM:<a@far.example>");
          for (int i = 0; i < 4; i++) {
            assertThat(guesser.say("RCPT TO:<guess" + i + "@example.com>"))
                .startsWith("550 5.1.1 ");
          }
        }
      }
      try (TestClient guesser = begun(memory, 7);
          TestClient other = begun(memory, 8)) {
        guesser.say("MAIL FROM:<a@far.example>");
        memory.authorizer.questions.clear();
        String exists = guesser.say(RCPT);
        assertThat(exists).startsWith("450 4.7.1 ");
        assertThat(guesser.say("RCPT TO:<nobody@example.com>")).isEqualTo(exists);
        assertThat(memory.authorizer.questions).isEmpty();
        assertThat(message(other)).startsWith("250 ");
      }
    }
  }

  /** A list that is greylisted as a whole hears of each recipient, and no more than that. */
  @Test
  void aSessionDoesNotAskForEverAboutWhoIsPutOff() throws Exception {
    try (MemoryFront memory = front(0, NetworkRates.UNLIMITED);
        TestClient client = begun(memory, 7)) {
      client.say("MAIL FROM:<a@far.example>");
      memory.authorizer.unreachable = true;
      int deferred = 0;
      String reply = client.say(RCPT);
      while (reply.startsWith("451 ")) {
        deferred++;
        reply = client.say(RCPT);
      }
      assertThat(reply).startsWith("421 4.7.0 Too many errors");
      assertThat(deferred).isGreaterThan(1000);
    }
  }

  private static TestClient begun(MemoryFront memory, int last) throws IOException {
    TestClient client = connect(memory, Door.SMTP, last);
    client.hear();
    client.say("EHLO far.example");
    return client;
  }

  /** The answer to a message, or to its recipient when that is refused. */
  private static String message(TestClient client) throws IOException {
    client.say("MAIL FROM:<a@far.example>");
    String recipient = client.say(RCPT);
    if (!recipient.startsWith("250 ")) {
      return recipient;
    }
    client.say("DATA");
    return client.say("Subject: x\r\n\r\ntext\r\n.");
  }
}
