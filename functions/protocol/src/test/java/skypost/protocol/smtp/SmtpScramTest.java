package skypost.protocol.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.protocol.sasl.TestScram.base64;
import static skypost.protocol.sasl.TestScram.text;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.protocol.net.TcpServer;
import skypost.protocol.net.TestClient;
import skypost.protocol.net.TestTls;
import skypost.protocol.net.Tls12Client;
import skypost.protocol.sasl.TestScram;
import skypost.protocol.smtp.client.ClientLogin;
import skypost.protocol.smtp.client.ConnectResult;
import skypost.protocol.smtp.client.Deadline;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Peer;
import skypost.protocol.smtp.client.ServerIdentity;
import skypost.protocol.smtp.client.Timeouts;
import skypost.protocol.smtp.client.TlsDemand;

/** SCRAM over a TLS connection, which a transcript cannot say: its answers need keys. */
@Timeout(60)
class SmtpScramTest {
  private static final String FAILED = "535 5.7.8 Authentication credentials invalid";
  private static final String USER = "alice@example.com";

  private TcpServer server;

  @BeforeEach
  void start() throws IOException {
    var settings =
        new SmtpSettings(
            SmtpSettings.Service.SUBMISSION,
            "mx.test",
            Optional.of(TestTls.server()),
            Set.of(),
            SmtpLimits.of(1000));
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var options =
        TcpServer.Options.plain("smtp", address, 10, "421 4.3.2 busy\r\n", "421 4.3.2 bye\r\n")
            .withTls(TestTls.server());
    server =
        TcpServer.start(
            options,
            wire -> new SmtpConnection(wire, settings, new ListGate(), new MemorySink()).run());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private TestClient connect(String tls) throws IOException {
    TestClient client = TestClient.connect(server.port()).secure(TestTls.client(), tls);
    assertThat(client.hear()).startsWith("220 ");
    assertThat(client.say("EHLO client.test"))
        .contains("AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN");
    return client;
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void bothSidesProveThatTheyKnowThePassword(String tls) throws IOException {
    try (TestClient client = connect(tls)) {
      var scram = new TestScram("p=tls-exporter,,", client.tlsExporter(), USER, "open sesame", "a");
      String first = client.say("AUTH SCRAM-SHA-256-PLUS " + base64(scram.first()));
      String signature = client.say(base64(scram.last(text(first.substring(4)))));

      assertThat(signature).isEqualTo("334 " + base64(scram.expectedSignature()));
      assertThat(client.say("")).isEqualTo("235 2.7.0 Authentication successful");
      assertThat(client.say("MAIL FROM:<alice@example.com>")).startsWith("250 ");
    }
  }

  @Test
  void withoutAnInitialResponseTheClientIsAskedForOne() throws IOException {
    try (TestClient client = connect("TLSv1.3")) {
      var scram = new TestScram("n,,", new byte[0], USER, "open sesame", "a");
      assertThat(client.say("AUTH scram-sha-256")).isEqualTo("334");
      String first = client.say(base64(scram.first()));
      client.say(base64(scram.last(text(first.substring(4)))));
      assertThat(client.say("")).startsWith("235 ");
    }
  }

  @Test
  void aWrongPasswordAndAnUnknownUserFailAlike() throws IOException {
    try (TestClient client = connect("TLSv1.3")) {
      for (String user : new String[] {USER, "nobody@example.com"}) {
        var scram = new TestScram("n,,", new byte[0], user, "wrong", "a");
        String first = client.say("AUTH SCRAM-SHA-256 " + base64(scram.first()));
        assertThat(first).startsWith("334 ");
        assertThat(client.say(base64(scram.last(text(first.substring(4)))))).isEqualTo(FAILED);
      }
      assertThat(client.say("MAIL FROM:<alice@example.com>")).startsWith("530 ");
    }
  }

  @Test
  void aProofPlayedAgainIsWorthNothing() throws IOException {
    try (TestClient client = connect("TLSv1.3")) {
      var scram = new TestScram("n,,", new byte[0], USER, "open sesame", "a");
      String first = client.say("AUTH SCRAM-SHA-256 " + base64(scram.first()));
      String last = base64(scram.last(text(first.substring(4))));
      client.say(last);
      assertThat(client.say("*")).isEqualTo("501 5.7.0 Authentication cancelled");

      client.say("AUTH SCRAM-SHA-256 " + base64(scram.first()));
      assertThat(client.say(last)).isEqualTo(FAILED);
    }
  }

  @Test
  void whoAsksForSaltsAndGivesUpIsCountedAsOneWhoGuesses() throws IOException {
    try (TestClient client = connect("TLSv1.3")) {
      for (int i = 0; i < SmtpLimits.of(1000).loginFailures(); i++) {
        var scram = new TestScram("n,,", new byte[0], "user" + i + "@example.com", "?", "a");
        assertThat(client.say("AUTH SCRAM-SHA-256 " + base64(scram.first()))).startsWith("334 ");
        assertThat(client.say("*")).isEqualTo("501 5.7.0 Authentication cancelled");
      }
      assertThat(client.hear()).isEqualTo("421 4.7.0 Too many errors");
    }
  }

  @Test
  void aManInTheMiddleIsFoundOut() throws IOException {
    try (TestClient client = connect("TLSv1.3");
        TestClient other = connect("TLSv1.3")) {
      var scram = new TestScram("p=tls-exporter,,", other.tlsExporter(), USER, "open sesame", "a");
      String first = client.say("AUTH SCRAM-SHA-256-PLUS " + base64(scram.first()));
      assertThat(client.say(base64(scram.last(text(first.substring(4)))))).isEqualTo(FAILED);

      assertThat(client.say("AUTH SCRAM-SHA-256 " + base64("y,,n=" + USER + ",r=a")))
          .as("he took -PLUS from the list")
          .isEqualTo(FAILED);
    }
  }

  /** RFC 9266 section 4.2: there a man in the middle could make the binding too. */
  @Test
  void withoutTheExtendedMasterSecretNothingIsBound() throws Exception {
    Process client =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.tls.useExtendedMasterSecret=false",
                "-cp",
                System.getProperty("java.class.path"),
                Tls12Client.class.getName(),
                Integer.toString(server.port()))
            .redirectErrorStream(true)
            .start();
    assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("AUTH SCRAM-SHA-256 PLAIN LOGIN");
    assertThat(client.waitFor()).isZero();
  }

  @Test
  void whenNobodyCanTellTheClientIsToldToComeAgain() throws IOException {
    String later = "454 4.7.0 Temporary authentication failure";
    try (TestClient client = connect("TLSv1.3")) {
      assertThat(client.say("AUTH SCRAM-SHA-256 " + base64("n,,n=down@example.com,r=a")))
          .isEqualTo(later);
      var scram = new TestScram("n,,", new byte[0], "out@example.com", "open sesame", "a");
      String first = client.say("AUTH SCRAM-SHA-256 " + base64(scram.first()));
      assertThat(client.say(base64(scram.last(text(first.substring(4)))))).isEqualTo(later);
    }
  }

  @Test
  void ourOwnClientLogsInAsItDoesAtASmartHost() {
    var tls =
        new TlsDemand.Implicit(new ServerIdentity(TestTls.client(), "mx.test", true), "the test");
    var peer =
        new Peer("mx.test", new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    var client =
        new skypost.protocol.smtp.client.SmtpClient(
            "client.test", Timeouts.all(Duration.ofSeconds(20)));

    for (String password : List.of("open sesame", "wrong")) {
      var login = Optional.of(new ClientLogin(USER, password));
      var result = client.connect(new Hop(peer, tls, login), Deadline.in(Duration.ofSeconds(30)));
      if (password.equals("wrong")) {
        assertThat(((ConnectResult.NotConnected) result).reply().toString())
            .startsWith("454 4.7.8 login as alice@example.com was refused: 535 5.7.8");
      } else {
        ((ConnectResult.Connected) result).connection().close();
      }
    }
  }
}
