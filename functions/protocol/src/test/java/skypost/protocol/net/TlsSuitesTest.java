package skypost.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which versions and cipher suites a server of ours agrees to, asked for one by one. */
class TlsSuitesTest {
  private static final int TLS_1_2 = 0x0303;
  private static final int SERVER_HELLO = 2;

  /**
   * Groups x25519, secp256r1 and secp384r1, uncompressed points, the usual signatures, the extended
   * master secret.
   */
  private static final byte[] EXTENSIONS =
      HexFormat.of()
          .parseHex(
              "000a00080006001d00170018"
                  + "000b00020100"
                  + "000d0018001604030503060308040805080604010501060102010203"
                  + "00170000");

  @ParameterizedTest
  @MethodSource("keys")
  void onlySuitesThatAreForwardSecretAndAuthenticatedCanBeHad(SSLContext key, List<String> suites)
      throws IOException {
    try (TcpServer server = listen(key)) {
      List<String> accepted = new ArrayList<>();
      for (int suite : beforeTls13()) {
        if (agrees(server.port(), TLS_1_2, suite)) {
          accepted.add("%04x".formatted(suite));
        }
      }
      assertThat(accepted).containsExactlyElementsOf(suites);
    }
  }

  static Stream<Arguments> keys() {
    return Stream.of(
        Arguments.of(
            TestTls.server(), // TLS_ECDHE_ECDSA_WITH_AES_{128,256}_GCM, _CHACHA20_POLY1305
            List.of("c02b", "c02c", "cca9")),
        Arguments.of(
            TestTls.rsaServer(), // TLS_{DHE,ECDHE}_RSA_WITH_AES_{128,256}_GCM, _CHACHA20_POLY1305
            List.of("009e", "009f", "c02f", "c030", "cca8", "ccaa")));
  }

  /** All that IANA has given numbers to, and the gaps between them. */
  private static int[] beforeTls13() {
    return Stream.of(
            IntStream.rangeClosed(0, 0xfe), // 0xff is a signal
            IntStream.rangeClosed(0xc000, 0xc0ff),
            IntStream.rangeClosed(0xcca8, 0xccae))
        .flatMapToInt(range -> range)
        .toArray();
  }

  @ParameterizedTest
  @CsvSource({"SSL 3.0, 768", "TLS 1.0, 769", "TLS 1.1, 770"})
  void olderVersionsCannotBeHad(String name, int version) throws IOException {
    for (SSLContext key : List.of(TestTls.server(), TestTls.rsaServer())) {
      try (TcpServer server = listen(key)) {
        assertThat(agrees(server.port(), version, beforeTls13())).as(name).isFalse();
        assertThat(agrees(server.port(), TLS_1_2, beforeTls13())).isTrue();
      }
    }
  }

  /** Each time would be a handshake that no limit counts. */
  @Test
  void aClientCannotRenegotiate() throws IOException {
    try (TcpServer server = listen(TestTls.server());
        SSLSocket client =
            (SSLSocket)
                TestTls.client()
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), server.port())) {
      client.setEnabledProtocols(new String[] {"TLSv1.2"});
      client.setSoTimeout(20_000);
      client.startHandshake();
      assertThatThrownBy(
              () -> {
                client.startHandshake();
                client.getInputStream().read();
              })
          .isInstanceOf(SSLException.class);
    }
  }

  private static TcpServer listen(SSLContext key) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return TcpServer.start(
        TcpServer.Options.plain("tls", address, 50, "busy\r\n", "bye\r\n").withTls(key),
        wire -> wire.readLine(100));
  }

  /** Whether the server answers a ClientHello (RFC 5246 section 7.4.1.2) with a ServerHello. */
  private static boolean agrees(int port, int version, int... suites) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(hello(version, suites));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int type = in.readUnsignedByte();
      in.skipNBytes(4);
      return type == 22 && in.readUnsignedByte() == SERVER_HELLO;
    } catch (EOFException | SocketException hangup) {
      return false;
    }
  }

  private static byte[] hello(int version, int... suites) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(body);
    out.writeShort(version);
    out.write(new byte[32]);
    out.writeByte(0); // no session
    out.writeShort(2 * suites.length + 2);
    for (int suite : suites) {
      out.writeShort(suite);
    }
    out.writeShort(0xff); // secure renegotiation (RFC 5746 section 3.3)
    out.writeShort(0x0100); // no compression
    out.writeShort(EXTENSIONS.length);
    out.write(EXTENSIONS);
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    out = new DataOutputStream(record);
    out.writeByte(22); // handshake
    out.writeShort(Math.min(version, 0x0301));
    out.writeShort(body.size() + 4);
    out.writeByte(1); // ClientHello
    out.writeByte(0);
    out.writeShort(body.size());
    out.write(body.toByteArray());
    return record.toByteArray();
  }
}
