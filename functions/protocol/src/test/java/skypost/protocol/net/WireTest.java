package skypost.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
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
}
