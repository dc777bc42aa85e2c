package skypost.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireTest {
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  private Wire wire(String input) {
    byte[] bytes = input.getBytes(StandardCharsets.ISO_8859_1);
    return Wire.over(new ByteArrayInputStream(bytes), sent, InetAddress.getLoopbackAddress());
  }

  @Test
  void linesEndWithCrlfAndKeepEveryOtherOctet() throws IOException {
    Wire wire = wire("EHLO a\r\n\r\nx\0\u00ff\r\nhalf");
    assertThat(((Line.Text) wire.readLine(100)).latin1()).isEqualTo("EHLO a");
    assertThat(((Line.Text) wire.readLine(100)).latin1()).isEmpty();
    assertThat(((Line.Text) wire.readLine(100)).latin1()).isEqualTo("x\0\u00ff");
    assertThat(wire.readLine(100)).isInstanceOf(Line.End.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb\r\n", "a\rb\r\n", "\n", "a\r\r\n"})
  void bareCrOrLfIsNoLineEnd(String input) throws IOException {
    assertThat(wire(input).readLine(100)).isInstanceOf(Line.Bare.class);
  }

  @Test
  void overlongLineIsThrownAwayAndTheNextOneRead() throws IOException {
    Wire wire = wire("x".repeat(5000) + "\r\nNOOP\r\n" + "y".repeat(9) + "\r\n");
    assertThat(wire.readLine(512)).isEqualTo(new Line.TooLong(false));
    assertThat(((Line.Text) wire.readLine(512)).latin1()).isEqualTo("NOOP");
    assertThat(wire.readLine(10)).as("the limit counts CRLF").isEqualTo(new Line.TooLong(false));
  }

  @Test
  void endlessLineIsGivenUp() throws IOException {
    assertThat(wire("x".repeat(Wire.MAX_DISCARD + 20_000)).readLine(512))
        .isEqualTo(new Line.TooLong(true));
  }

  @Test
  void repliesGoOutTogetherBeforeTheNextWait() throws IOException {
    Wire wire = wire("A\r\nB\r\n");
    wire.readLine(100);
    wire.write("250 a\r\n");
    assertThat(wire.hasBufferedLine()).isTrue();
    wire.readLine(100);
    wire.write("250 b\r\n");
    assertThat(sent.size()).isZero();
    wire.readLine(100);
    assertThat(sent.toString(StandardCharsets.US_ASCII)).isEqualTo("250 a\r\n250 b\r\n");
  }

  @Test
  void aHandshakeThatComesOctetByOctetIsEndedWhenItsTimeIsOver() throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket listener = new ServerSocket(0, 1, here);
        Socket peer = new Socket(here, listener.getLocalPort());
        Wire wire = new Wire(listener.accept())) {
      wire.timeout(Duration.ofSeconds(2));
      var handshake = new FutureTask<>(() -> begin(wire));
      Thread.ofVirtual().start(handshake);
      peer.getOutputStream().write(new byte[] {0x16, 3, 1, 0x40, 0}); // a record of 16 KiB
      int sent = 0;
      while (sent < 16_384 && !wire.abortIfLate(Duration.ZERO)) {
        peer.getOutputStream().write(0); // each of them begins the socket's own timeout anew
        sent++;
        Thread.sleep(20);
      }
      assertThat(handshake.get(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
      assertThat(sent).as("long before the record was there").isLessThan(1000);
    }
  }

  private static IOException begin(Wire wire) {
    try {
      wire.startTls(TestTls.server());
      return null;
    } catch (IOException ended) {
      return ended;
    }
  }
}
