package skypost.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProxyHeaderTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  private static Wire wire(String hex) {
    byte[] octets = HexFormat.of().parseHex(hex.replace(" ", ""));
    return Wire.over(
        new ByteArrayInputStream(octets),
        new ByteArrayOutputStream(),
        InetAddress.getLoopbackAddress());
  }

  private static String source(String hex) throws IOException {
    return ProxyHeader.read(wire(hex))
        .source()
        .map(at -> at.getAddress().getHostAddress() + " " + at.getPort())
        .orElse("none");
  }

  @Test
  void clientIsNamedInBothFamiliesAndTypeLengthValuesAreSkipped() throws IOException {
    assertThat(source(SIGNATURE + "21 11 000c cb007107 0a000001 3039 0019"))
        .isEqualTo("203.0.113.7 12345");
    assertThat(source(SIGNATURE + "21 11 0010 cb007107 0a000001 3039 0019 ea 0001 01"))
        .isEqualTo("203.0.113.7 12345");
    String six = "20010db8000000000000000000000001";
    assertThat(source(SIGNATURE + "21 21 0024" + six + six + "3039 0019"))
        .isEqualTo("2001:db8:0:0:0:0:0:1 12345");
  }

  @Test
  void healthCheckAndOtherFamiliesNameNobody() throws IOException {
    assertThat(source(SIGNATURE + "20 00 0000")).isEqualTo("none");
    assertThat(source(SIGNATURE + "21 00 0000")).isEqualTo("none");
  }

  @Test
  void nothingBehindTheHeaderIsTaken() throws IOException {
    Wire wire = wire(SIGNATURE + "20 00 0000 4e4f4f500d0a");
    ProxyHeader.read(wire);
    assertThat(((Line.Text) wire.readLine(100)).latin1()).isEqualTo("NOOP");
  }

  @Test
  void whatIsNoHeaderIsRefused() {
    assertThatThrownBy(() -> source("45484c4f206578616d706c652e636f6d0d0a"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> source(SIGNATURE + "31 11 000c cb007107 0a000001 3039 0019"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> source(SIGNATURE + "21 11 0004 cb007107"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> source(SIGNATURE + "21 11 ffff")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> source(SIGNATURE)).isInstanceOf(IOException.class);
  }

  @Test
  void randomOctetsNeverThrowAnythingElse() {
    Random random = new Random(4);
    for (int i = 0; i < 5_000; i++) {
      byte[] tail = new byte[random.nextInt(60)];
      random.nextBytes(tail);
      if (tail.length > 1) {
        tail[0] = (byte) (0x20 | random.nextInt(2));
        tail[1] = (byte) (random.nextBoolean() ? 0x11 : 0x21);
      }
      try {
        ProxyHeader.read(wire(SIGNATURE + HexFormat.of().formatHex(tail)));
      } catch (IOException refused) {
        assertThat(refused).hasMessageNotContaining("null");
      }
    }
  }
}
