package skypost.mail.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import skypost.protocol.net.Line;
import skypost.protocol.net.TcpServer;
import skypost.protocol.net.TlsContexts;
import skypost.protocol.net.Wire;

class SelfSignedCertificateTest {
  private static final SelfSignedCertificate CERTIFICATE =
      SelfSignedCertificate.generate("mx.test", Instant.now());
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @Test
  void clientThatTrustsItTalksThroughTls() throws Exception {
    var options =
        TcpServer.Options.plain("test", ANY_PORT, 2, "busy\r\n", "bye\r\n")
            .withTls(TlsContexts.server(CERTIFICATE.certificate(), CERTIFICATE.key()));
    try (TcpServer server = TcpServer.start(options, SelfSignedCertificateTest::echo);
        SSLSocket client =
            (SSLSocket) trusting().getSocketFactory().createSocket("127.0.0.1", server.port())) {
      var parameters = client.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      client.setSSLParameters(parameters);
      client.getOutputStream().write("hello\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(readLine(client.getInputStream())).isEqualTo("hello TLSv1.3");
    }
  }

  @Test
  void idleTlsSessionIsToldGoodbyeWhenTheServerGoesDown() throws Exception {
    var options =
        TcpServer.Options.plain("test", ANY_PORT, 2, "busy\r\n", "bye\r\n")
            .withTls(TlsContexts.server(CERTIFICATE.certificate(), CERTIFICATE.key()));
    try (TcpServer server = TcpServer.start(options, SelfSignedCertificateTest::echo);
        Socket client = trusting().getSocketFactory().createSocket("127.0.0.1", server.port())) {
      client.getOutputStream().write("hello\r\n".getBytes(StandardCharsets.US_ASCII));
      readLine(client.getInputStream());
      assertThat(server.drain(Duration.ofSeconds(20))).isTrue();
      assertThat(readLine(client.getInputStream())).isEqualTo("bye");
    }
  }

  @Test
  void connectionBeyondTheLimitIsToldSoAndTheNextOneIsServed() throws Exception {
    var options = TcpServer.Options.plain("test", ANY_PORT, 1, "421 busy\r\n", "bye\r\n");
    try (TcpServer server = TcpServer.start(options, SelfSignedCertificateTest::echo)) {
      try (Socket first = new Socket("127.0.0.1", server.port())) {
        first.getOutputStream().write("one\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(readLine(first.getInputStream())).isEqualTo("one plain");
        try (Socket second = new Socket("127.0.0.1", server.port())) {
          assertThat(readLine(second.getInputStream())).isEqualTo("421 busy");
        }
      }
      String answer = "";
      for (int i = 0;
          i < 200 && !answer.equals("two plain");
          i++) { // the place is freed when the server sees the hang-up
        try (Socket third = new Socket("127.0.0.1", server.port())) {
          third.getOutputStream().write("two\r\n".getBytes(StandardCharsets.US_ASCII));
          answer = readLine(third.getInputStream());
        } catch (IOException turnedAway) {
          answer = "";
        }
      }
      assertThat(answer).isEqualTo("two plain");
    }
  }

  @Test
  void whatIsNoKeyIsExplained() {
    assertThatThrownBy(
            () -> TlsContexts.server(CERTIFICATE.certificate(), "-----BEGIN RSA PRIVATE KEY-----"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
    assertThatThrownBy(() -> TlsContexts.server("nonsense", CERTIFICATE.key()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("certificate is not PEM");
    var other = SelfSignedCertificate.generate("mx.test", Instant.now());
    assertThatThrownBy(() -> TlsContexts.server(CERTIFICATE.certificate(), other.key()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not the key of its certificate");
  }

  private static void echo(Wire wire) throws IOException {
    Line next = wire.readLine(100);
    while (next instanceof Line.Text line) {
      wire.write(
          line.latin1() + " " + wire.tls().map(tls -> tls.protocol()).orElse("plain") + "\r\n");
      next = wire.readLine(100);
    }
    if (next instanceof Line.Closing) {
      wire.write("bye\r\n");
    }
  }

  private static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  private static SSLContext trusting() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    var pem =
        new java.io.ByteArrayInputStream(
            CERTIFICATE.certificate().getBytes(StandardCharsets.US_ASCII));
    store.setCertificateEntry(
        "it", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
