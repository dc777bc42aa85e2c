package skypost.protocol.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import skypost.protocol.net.Refusal;
import skypost.protocol.net.TcpServer;
import skypost.protocol.net.TestClient;
import skypost.protocol.net.Wire;

class MessageIntakeTest {
  private final List<Refusal> refused = new CopyOnWriteArrayList<>();
  private static final String BEGIN =
      "HELO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\n";

  private final MemorySink sink = new MemorySink();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  private String serve(InputStream input, SmtpSink into, long maxBytes) throws IOException {
    Wire wire = Wire.over(input, output, InetAddress.getLoopbackAddress());
    try {
      new SmtpConnection(wire, settings(SmtpLimits.of(maxBytes)), new ListGate(), into).run();
    } catch (IOException hungUp) {
      assertThat(Wire.isPeerGone(hungUp)).isTrue();
    }
    String[] lines = output.toString(ISO_8859_1).split("\r\n");
    return lines[lines.length - 1];
  }

  private String serve(String message) throws IOException {
    return serve(new Blocks((BEGIN + message).getBytes(ISO_8859_1), 1000), sink, 10_000_000);
  }

  private static SmtpSettings settings(SmtpLimits limits) {
    return new SmtpSettings(SmtpSettings.Service.MX, "mx.test", Optional.empty(), Set.of(), limits);
  }

  @Test
  void dotsAndOctetsComeThroughUnchangedHoweverTheyAreCut() throws IOException {
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      StringBuilder message = new StringBuilder();
      for (int lines = random.nextInt(30); lines > 0; lines--) {
        message.append(".".repeat(random.nextInt(4)));
        for (int octets = random.nextInt(60); octets > 0; octets--) {
          char octet = (char) random.nextInt(256);
          message.append(octet == '\r' || octet == '\n' ? '.' : octet);
        }
        message.append("\r\n");
      }
      String stuffed = ("\r\n" + message).replace("\r\n.", "\r\n..").substring(2);
      MemorySink into = new MemorySink();
      serve(
          new Blocks((BEGIN + stuffed + ".\r\n").getBytes(ISO_8859_1), 1 + random.nextInt(50)),
          into,
          100_000);
      assertThat(into.stored()).hasSize(1);
      assertThat(into.stored().getFirst().latin1()).isEqualTo(message.toString());
    }
  }

  @Test
  void lineOf998OctetsIsTakenAndOf999IsNot() throws IOException {
    assertThat(serve("x".repeat(998) + "\r\n." + ".".repeat(998) + "\r\n.\r\n")).startsWith("250 ");
    assertThat(serve("x".repeat(999) + "\r\n.\r\n"))
        .isEqualTo("500 5.6.0 Line of text longer than 1000 octets");
    assertThat(sink.stored()).hasSize(1);
  }

  @Test
  void messageThatTurnsInCirclesIsRefused() throws IOException {
    assertThat(serve("Received: x\r\n".repeat(100) + "\r\nReceived: in the body\r\n.\r\n"))
        .startsWith("250 ");
    assertThat(serve("RECEIVED: x\r\n".repeat(101) + "\r\n.\r\n")).startsWith("554 5.4.6 ");
    assertThat(sink.stored()).hasSize(1);
  }

  @Test
  void peerThatSendsManyTimesTheLimitIsCutOff() throws IOException {
    InputStream endless =
        new InputStream() {
          private long sent;

          @Override
          public int read() {
            return sent++ % 60 == 58 ? '\r' : sent % 60 == 0 ? '\n' : 'x';
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            for (int i = 0; i < length; i++) {
              target[offset + i] = (byte) read();
            }
            return length;
          }
        };
    InputStream all =
        new SequenceInputStream(new ByteArrayInputStream(BEGIN.getBytes(ISO_8859_1)), endless);
    assertThat(serve(all, sink, 50_000)).isEqualTo("552 5.3.4 Message exceeds the size limit");
    assertThat(sink.stored()).isEmpty();
  }

  @Test
  void twentyMegabytesTakeNoMoreMemoryThanAFewBuffers() throws IOException {
    long[] written = {0};
    SmtpSink counting =
        transaction ->
            new SmtpSink.Incoming() {
              @Override
              public void write(int octet) {
                written[0]++;
              }

              @Override
              public void write(byte[] block, int offset, int length) {
                written[0] += length;
              }

              @Override
              public SmtpSink.Committed commit() {
                return new SmtpSink.Committed.Stored("counted");
              }
            };
    byte[] message =
        (BEGIN + ("x".repeat(74) + "\r\n").repeat(276_000) + ".\r\n").getBytes(ISO_8859_1);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    String reply = serve(new Blocks(message, 100_000), counting, 52_428_800);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(reply).isEqualTo("250 2.0.0 Ok: queued as counted");
    assertThat(written[0]).isEqualTo(276_000L * 76);
    assertThat(allocated).isLessThan(2_000_000);
  }

  @Test
  void clientThatSendsAnOctetAtATimeDoesNotHoldItsPlace() throws Exception {
    SmtpLimits limits = limits(Duration.ZERO, Duration.ofMinutes(1), Duration.ofMillis(200));
    try (TcpServer server = listen(limits);
        TestClient slow = TestClient.connect(server.port())) {
      slow.send(BEGIN);
      for (String reply = ""; !reply.startsWith("354"); reply = slow.hear()) {}
      Thread dripping =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (true) {
                    slow.send("x"); // never silent for as long as the timeout
                    Thread.sleep(10);
                  }
                } catch (IOException | InterruptedException droppedAtLast) {
                  return;
                }
              });
      assertThat(slow.hear()).isEqualTo("421 4.4.2 Timeout");
      dripping.interrupt();
    }
    assertThat(sink.stored()).isEmpty();
  }

  @Test
  void clientThatSpeaksBeforeTheGreetingIsNotServedWhereItHasToWait() throws IOException {
    Duration minute = Duration.ofMinutes(1);
    try (TcpServer server = listen(limits(minute, minute, minute));
        TestClient early = TestClient.connect(server.port())) {
      early.send("EHLO early\r\n");
      assertThat(early.hear()).startsWith("554 5.5.1 ");
      assertThat(early.hear()).as("the server hangs up").isEmpty();
    }
    try (TcpServer server = listen(limits(Duration.ofMillis(30), minute, minute));
        TestClient patient = TestClient.connect(server.port())) {
      assertThat(patient.hear()).startsWith("220 ");
      assertThat(patient.say("HELO x")).startsWith("250 ");
    }
    try (TcpServer server = listen(limits(Duration.ZERO, minute, minute));
        TestClient early = TestClient.connect(server.port())) {
      early.send("HELO early\r\n");
      assertThat(early.hear()).as("no wait, no rule").startsWith("220 ");
    }
  }

  @Test
  void sessionTakesNoMoreTransactionsThanItSaid() throws IOException {
    Duration minute = Duration.ofMinutes(1);
    try (TcpServer server = listen(limits(Duration.ZERO, minute, minute));
        TestClient client = TestClient.connect(server.port())) {
      client.hear();
      client.say("EHLO x");
      for (int i = 0; i < 10; i++) {
        assertThat(client.say("MAIL FROM:<a@b.test>")).startsWith("250 ");
        assertThat(client.say("RSET")).startsWith("250 ");
      }
      assertThat(client.say("MAIL FROM:<a@b.test>")).startsWith("421 4.7.0 ");
      assertThat(refused).containsExactly(Refusal.TOO_MANY_TRANSACTIONS);
    }
  }

  @Test
  void sessionThatGetsNowhereIsEnded() throws IOException {
    Duration minute = Duration.ofMinutes(1);
    try (TcpServer server = listen(limits(Duration.ZERO, minute, minute));
        TestClient client = TestClient.connect(server.port())) {
      client.hear();
      assertThat(client.say("HELO x")).startsWith("250 ");
      for (int i = 1; i < 30; i++) {
        assertThat(client.say("NOOP")).startsWith("250 ");
      }
      assertThat(client.say("NOOP")).startsWith("421 4.7.0 ");
      assertThat(refused).containsExactly(Refusal.TOO_MANY_COMMANDS);
    }
  }

  private TcpServer listen(SmtpLimits limits) throws IOException {
    var address = new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var options = TcpServer.Options.plain("test", address, 5, "busy\r\n", "bye\r\n");
    var ports = new SmtpConnection.Ports(new ListGate(), sink, refused::add);
    return TcpServer.start(
        options, wire -> new SmtpConnection(wire, settings(limits), ports).run());
  }

  private static SmtpLimits limits(Duration greeting, Duration command, Duration data) {
    return new SmtpLimits(
        1000,
        10,
        10,
        1000,
        100,
        20,
        30,
        100,
        5,
        greeting,
        command,
        data,
        500,
        Duration.ofMinutes(1));
  }

  @Test
  void silentClientIsToldAndDropped() throws IOException {
    Duration shortly = Duration.ofMillis(50);
    try (TcpServer server = listen(limits(Duration.ZERO, shortly, shortly));
        TestClient idle = TestClient.connect(server.port());
        TestClient stalled = TestClient.connect(server.port())) {
      stalled.send(BEGIN + "half a mess");
      assertThat(idle.hear()).startsWith("220 ");
      assertThat(idle.hear()).isEqualTo("421 4.4.2 Timeout");
      assertThat(idle.hear()).as("the server hangs up").isEmpty();
      for (String reply = "220"; !reply.startsWith("421"); reply = stalled.hear()) {
        assertThat(reply).isNotEmpty();
      }
    }
    assertThat(refused).containsExactlyInAnyOrder(Refusal.IDLE, Refusal.SLOW_CLIENT);
    assertThat(sink.stored()).isEmpty();
  }
}
