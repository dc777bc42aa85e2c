package skypost.mail.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.mail.contract.TestClock;
import skypost.protocol.log.EventLog;
import skypost.protocol.net.TcpServer;
import skypost.protocol.net.TlsContexts;

/** A renewed certificate is presented without a restart, over real handshakes. */
class CertificateReloadTest {
  /** As long as certificates are not looked at again. */
  private static final Duration PERIOD = Duration.ofSeconds(10);

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final TestClock clock = new TestClock(Instant.EPOCH);
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  @TempDir private Path folder;
  private int writes;
  private TcpServer server;

  @BeforeEach
  void start() throws IOException {
    EventLog.to(new PrintStream(log, true, StandardCharsets.UTF_8));
    write(SelfSignedCertificate.generate("first.test", Instant.now()));
    SSLContext tls =
        TlsContexts.reloading(folder.resolve("cert.pem"), folder.resolve("key.pem"), clock);
    server =
        TcpServer.start(
            TcpServer.Options.plain("test", ANY_PORT, 5, "busy\r\n", "bye\r\n").withTls(tls),
            wire -> wire.write("hello\r\n"));
  }

  @AfterEach
  void stop() {
    server.close();
    EventLog.to(System.err);
  }

  @Test
  void changedFilesAreTakenForNewConnectionsTenSecondsLater() throws Exception {
    assertThat(presented()).contains("first.test");

    write(SelfSignedCertificate.generate("second.test", Instant.now()));
    assertThat(presented()).as("nobody looks yet").contains("first.test");
    clock.advance(PERIOD);
    assertThat(presented()).contains("second.test");

    write(SelfSignedCertificate.generate("third.test", Instant.now()));
    clock.advance(PERIOD);
    assertThat(presented()).contains("third.test");
  }

  @Test
  void brokenFileKeepsTheOldCertificateAndIsLoggedOnce() throws Exception {
    put("cert.pem", "half a file");
    for (int i = 0; i < 3; i++) {
      clock.advance(PERIOD);
      assertThat(presented()).contains("first.test");
    }
    assertThat(lines()).isEqualTo(1);

    write(SelfSignedCertificate.generate("second.test", Instant.now()));
    clock.advance(PERIOD);
    assertThat(presented()).contains("second.test");
  }

  @Test
  void certificateWithoutItsKeyWaitsForIt() throws Exception {
    var renewed = SelfSignedCertificate.generate("second.test", Instant.now());
    put("cert.pem", renewed.certificate());
    clock.advance(PERIOD);
    assertThat(presented()).contains("first.test");

    put("key.pem", renewed.key());
    clock.advance(PERIOD);
    assertThat(presented()).contains("second.test");
  }

  @Test
  void missingFileKeepsTheOldCertificateAndIsLoggedOnce() throws Exception {
    Files.delete(folder.resolve("key.pem"));
    for (int i = 0; i < 2; i++) {
      clock.advance(PERIOD);
      assertThat(presented()).contains("first.test");
    }
    assertThat(lines()).isEqualTo(1);
  }

  private long lines() {
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("level=error event=certificate"))
        .count();
  }

  private void write(SelfSignedCertificate made) throws IOException {
    put("cert.pem", made.certificate());
    put("key.pem", made.key());
  }

  /** Each with a time of its own, however coarse the file system's clock is. */
  private void put(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.plusSeconds(writes++)));
  }

  /** The name that a client sees which has no session to resume. */
  private String presented() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anybody()}, null);
    try (SSLSocket client =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
      client.startHandshake();
      client.getInputStream().readAllBytes();
      var seen = (X509Certificate) client.getSession().getPeerCertificates()[0];
      return seen.getSubjectAlternativeNames().toString();
    }
  }
}
