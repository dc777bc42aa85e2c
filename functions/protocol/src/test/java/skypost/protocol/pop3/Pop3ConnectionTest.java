package skypost.protocol.pop3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import skypost.protocol.net.TcpServer;
import skypost.protocol.net.Wire;

/** What a transcript cannot say. */
@Timeout(60)
class Pop3ConnectionTest {
  private static final String LOGIN = "USER anna\r\nPASS pass word\r\n";
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  @Test
  void aMessageThatBreaksOffBreaksTheConnection() {
    TestMaildrops drops = new TestMaildrops(Optional.of(TestMaildrops.Event.STORAGE_BREAKS_OFF), 0);
    assertThatThrownBy(() -> serve(LOGIN + "RETR 1\r\nQUIT\r\n", drops))
        .hasMessageContaining("broke off");
    assertThat(said())
        .endsWith("+OK 28 octets\r\nSubje"); // no dot, so nobody takes it for the whole
    assertThat(drops.openStreams()).isZero();
    assertThat(drops.isHeld()).isFalse();
  }

  @Test
  void aLineThatNeverEndsEndsTheConnection() throws IOException {
    serve("x".repeat(Wire.MAX_DISCARD * 2), new TestMaildrops());
    assertThat(said()).endsWith("ready\r\n-ERR line too long\r\n");
  }

  @Test
  void hangingUpInsteadOfQuitDeletesNothing() throws IOException {
    TestMaildrops drops = new TestMaildrops();
    serve(LOGIN + "DELE 1\r\nDELE 2\r\nQUI", drops);
    assertThat(said()).endsWith("+OK message 2 deleted\r\n");
    assertThat(drops.left).isEqualTo(TestMaildrops.MESSAGES);
    assertThat(drops.isHeld()).isFalse();
  }

  @Test
  void aSilentClientIsLeftWithoutAWord() throws IOException {
    TestMaildrops drops = new TestMaildrops();
    Pop3Options impatient = options(Duration.ofMillis(300));
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var listener =
        TcpServer.Options.plain("pop3", address, 10, Pop3Options.BUSY, Pop3Options.FAREWELL);
    try (TcpServer server =
            TcpServer.start(
                listener, wire -> Pop3Connection.serve(wire, impatient, drops, Pop3Monitor.NONE));
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write((LOGIN + "DELE 1\r\n").getBytes(StandardCharsets.US_ASCII));
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(all)
          .endsWith("+OK message 1 deleted\r\n"); // RFC 1939 section 3: no update, no response
    }
    assertThat(drops.left).isEqualTo(TestMaildrops.MESSAGES);
  }

  private void serve(String input, TestMaildrops drops) throws IOException {
    var in = new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1));
    try (Wire wire = Wire.over(in, output, InetAddress.getLoopbackAddress())) {
      Pop3Connection.serve(wire, options(Duration.ofMinutes(1)), drops, Pop3Monitor.NONE);
    }
  }

  private static Pop3Options options(Duration idle) {
    return new Pop3Options("pop", Optional.empty(), client -> true, idle);
  }

  private String said() {
    return output.toString(StandardCharsets.ISO_8859_1);
  }
}
