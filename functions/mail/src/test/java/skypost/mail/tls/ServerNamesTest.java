package skypost.mail.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.contract.TestClock;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.log.EventLog;
import skypost.protocol.net.TcpServer;
import skypost.protocol.net.TlsContexts;
import skypost.protocol.net.TlsKeySource;

/**
 * The certificate for the name that a client asks for (RFC 6066 section 3), over real handshakes.
 */
class ServerNamesTest {
  /** As long as certificates are not looked at again. */
  private static final Duration PERIOD = Duration.ofSeconds(10);

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final SelfSignedCertificate DEFAULT = made("mail.default.test");

  private final TestClock clock = new TestClock(Instant.EPOCH);
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  @TempDir private Path folder;
  private int writes;
  private TcpServer server;

  @BeforeEach
  void listen() {
    EventLog.to(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void stop() {
    EventLog.to(System.err);
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void nameDecidesAndWhoAsksForNoneOrAnotherGetsTheDefault(String version) throws Exception {
    put("one.crt", made("mail.one.test"));
    put("wild.crt", made("*.wild.test"));
    put("narrow.crt", made("narrow.wild.test"));
    start(new TlsKeySource.Folder(folder));

    assertThat(presented("mail.one.test", version)).isEqualTo("mail.one.test");
    assertThat(presented("MAIL.One.Test", version)).isEqualTo("mail.one.test");
    assertThat(presented("any.wild.test", version)).isEqualTo("*.wild.test");
    assertThat(presented("narrow.wild.test", version)).isEqualTo("narrow.wild.test");
    assertThat(presented("two.labels.wild.test", version)).isEqualTo("mail.default.test");
    assertThat(presented("wild.test", version)).isEqualTo("mail.default.test");
    assertThat(presented("mail.unknown.test", version)).isEqualTo("mail.default.test");
    assertThat(presented("mail.default.test", version)).isEqualTo("mail.default.test");
    assertThat(presented("", version)).as("no SNI").isEqualTo("mail.default.test");
  }

  @Test
  void folderThatChangesIsTakenWithoutARestart() throws Exception {
    put("one.crt", made("mail.one.test"));
    start(new TlsKeySource.Folder(folder));

    put("two.crt", made("mail.two.test"));
    assertThat(presented("mail.two.test")).as("nobody looks yet").isEqualTo("mail.default.test");
    clock.advance(PERIOD);
    assertThat(presented("mail.two.test")).isEqualTo("mail.two.test");
    assertThat(presented("mail.one.test")).isEqualTo("mail.one.test");

    Files.delete(folder.resolve("one.crt"));
    Files.delete(folder.resolve("one.key"));
    clock.advance(PERIOD);
    assertThat(presented("mail.one.test")).isEqualTo("mail.default.test");
  }

  @Test
  void whatCannotBeUsedLeavesTheOldOnesAndIsSaidOnce() throws Exception {
    put("one.crt", made("mail.one.test"));
    start(new TlsKeySource.Folder(folder));

    write("two.crt", made("mail.two.test").certificate());
    for (int i = 0; i < 3; i++) {
      clock.advance(PERIOD);
      assertThat(presented("mail.one.test")).isEqualTo("mail.one.test");
    }
    assertThat(log.toString(StandardCharsets.UTF_8).lines())
        .filteredOn(line -> line.contains("level=error event=certificate"))
        .singleElement()
        .asString()
        .contains("two.crt has no two.key");
  }

  @Test
  void textOfSeveralChainsEachFollowedByItsKey() throws Exception {
    var one = made("mail.one.test");
    var two = made("mail.two.test");
    start(
        new TlsKeySource.Bundle(
            "for the first\n"
                + one.certificate()
                + one.key()
                + "\n"
                + two.certificate()
                + two.key()));

    assertThat(presented("mail.one.test")).isEqualTo("mail.one.test");
    assertThat(presented("mail.two.test")).isEqualTo("mail.two.test");
    assertThat(presented("mail.three.test")).isEqualTo("mail.default.test");
  }

  @Test
  void wrongTextIsExplained() {
    var one = made("mail.one.test");
    var two = made("mail.two.test");
    assertThatThrownBy(() -> start(new TlsKeySource.Bundle(one.key() + one.certificate())))
        .hasMessage("a private key stands before its certificate");
    assertThatThrownBy(() -> start(new TlsKeySource.Bundle(one.certificate())))
        .hasMessage("the last certificate is not followed by its key");
    assertThatThrownBy(() -> start(new TlsKeySource.Bundle(one.certificate() + two.key())))
        .hasMessage("certificate 1: the TLS key is not the key of its certificate");
  }

  @Test
  void settingNamesAFolderAndItsFaultsAreToldWithTheOthers() throws Exception {
    put("one.crt", made("mail.one.test"));
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                ServerTls.CERTIFICATE.key(), DEFAULT.certificate(),
                ServerTls.KEY.key(), DEFAULT.key(),
                ServerTls.MORE.key(), folder.toString()));
    var reader = new SettingsReader(environment);
    serve(ServerTls.read(reader, "mail.default.test", Instant.now()));
    reader.check();
    assertThat(presented("mail.one.test")).isEqualTo("mail.one.test");
    assertThat(presented("mail.else.test")).isEqualTo("mail.default.test");

    environment.put(ServerTls.MORE.key(), folder.resolve("none").toString());
    var wrong = new SettingsReader(environment);
    ServerTls.read(wrong, "mail.default.test", Instant.now());
    assertThatThrownBy(wrong::check).hasMessageStartingWith("SKYPOST_TLS_MORE: ");
  }

  private static SelfSignedCertificate made(String name) {
    return SelfSignedCertificate.generate(name, Instant.now());
  }

  private void put(String name, SelfSignedCertificate made) throws IOException {
    write(name, made.certificate());
    write(name.replace(".crt", ".key"), made.key());
  }

  /** Each with a time of its own, however coarse the file system's clock is. */
  private void write(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.plusSeconds(writes++)));
  }

  private void start(TlsKeySource more) throws IOException {
    var first = new TlsKeySource.Text(DEFAULT.certificate(), DEFAULT.key());
    serve(TlsContexts.server(first, List.of(more), clock));
  }

  private void serve(SSLContext tls) throws IOException {
    server =
        TcpServer.start(
            TcpServer.Options.plain("test", ANY_PORT, 5, "busy\r\n", "bye\r\n").withTls(tls),
            wire -> wire.write("hello\r\n"));
  }

  private String presented(String asked) throws Exception {
    return presented(asked, "TLSv1.3");
  }

  /** The first name of the certificate that a client sees which has no session to resume. */
  private String presented(String asked, String version) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anybody()}, null);
    try (SSLSocket client =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
      client.setEnabledProtocols(new String[] {version});
      if (!asked.isEmpty()) {
        var parameters = client.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(asked)));
        client.setSSLParameters(parameters);
      }
      client.startHandshake();
      client.getInputStream().readAllBytes();
      var seen = (X509Certificate) client.getSession().getPeerCertificates()[0];
      return seen.getSubjectAlternativeNames().stream()
          .map(name -> name.get(1).toString())
          .filter(name -> name.endsWith(".test"))
          .findFirst()
          .orElseThrow();
    }
  }
}
