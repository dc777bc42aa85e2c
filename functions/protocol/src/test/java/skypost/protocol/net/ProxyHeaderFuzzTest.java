package skypost.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;

/**
 * The PROXY header: anything else is refused by an IOException, and exactly the header's octets are
 * taken.
 */
class ProxyHeaderFuzzTest {
  private static final int FIXED = 16;

  @FuzzTest(maxDuration = "5s")
  void headerIsReadWholeOrRefused(byte[] octets) {
    ByteArrayInputStream in = new ByteArrayInputStream(octets);
    Wire wire = Wire.over(in, new ByteArrayOutputStream(), InetAddress.getLoopbackAddress());
    try {
      ProxyHeader header = ProxyHeader.read(wire);
      int length = (octets[14] & 0xff) << 8 | octets[15] & 0xff;
      assertThat(in.available()).isEqualTo(octets.length - FIXED - length);
      header.source().ifPresent(source -> assertThat(source.getPort()).isBetween(0, 65_535));
    } catch (IOException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
