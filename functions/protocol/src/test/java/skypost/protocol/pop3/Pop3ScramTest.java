package skypost.protocol.pop3;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.protocol.sasl.TestScram.base64;
import static skypost.protocol.sasl.TestScram.text;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import skypost.protocol.net.TcpServer;
import skypost.protocol.net.TestClient;
import skypost.protocol.net.TestTls;
import skypost.protocol.sasl.TestScram;

/** SCRAM in POP3 (RFC 5034), over STLS. */
@Timeout(60)
class Pop3ScramTest {
  private final TestMaildrops drops = new TestMaildrops();
  private TcpServer server;

  @BeforeEach
  void start() throws IOException {
    var pop3 =
        new Pop3Options(
            "pop.test", Optional.of(TestTls.server()), client -> false, Duration.ofSeconds(20));
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        TcpServer.start(
            TcpServer.Options.plain("pop3", address, 10, Pop3Options.BUSY, Pop3Options.FAREWELL),
            wire -> Pop3Connection.serve(wire, pop3, drops, Pop3Monitor.NONE));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private TestClient connect() throws IOException {
    TestClient client = TestClient.connect(server.port());
    client.hearLine();
    client.send("AUTH SCRAM-SHA-256-PLUS\r\n");
    assertThat(client.hearLine()).isEqualTo("-ERR [AUTH] a password needs STLS here");
    client.send("STLS\r\n");
    assertThat(client.hearLine()).startsWith("+OK");
    return client.secure(TestTls.client());
  }

  private static String say(TestClient client, String line) throws IOException {
    client.send(line + "\r\n");
    return client.hearLine();
  }

  @Test
  void theMaildropOpensOnceBothSidesHaveProved() throws IOException {
    try (TestClient client = connect()) {
      var scram = new TestScram("p=tls-exporter,,", client.tlsExporter(), "anna", "pass word", "a");
      String first = say(client, "AUTH SCRAM-SHA-256-PLUS " + base64(scram.first()));
      String signature = say(client, base64(scram.last(text(first.substring(2)))));

      assertThat(signature).isEqualTo("+ " + base64(scram.expectedSignature()));
      assertThat(say(client, "")).isEqualTo("+OK 3 messages (103 octets) in the maildrop");
      assertThat(say(client, "STAT")).isEqualTo("+OK 3 103");
    }
  }

  @Test
  void aMaildropInUseIsToldAfterTheProof() throws IOException {
    try (TestClient client = connect()) {
      var scram = new TestScram("n,,", new byte[0], "busy", "pass word", "a");
      String first = say(client, "AUTH SCRAM-SHA-256 " + base64(scram.first()));
      say(client, base64(scram.last(text(first.substring(2)))));
      assertThat(say(client, "")).startsWith("-ERR [IN-USE]");
    }
  }

  @Test
  void wrongPasswordsAreRefusedAndCounted() throws IOException {
    try (TestClient client = connect()) {
      for (int i = 0; i < Pop3Session.MAX_FAILED_LOGINS; i++) {
        var scram = new TestScram("n,,", new byte[0], "anna", "wrong", "a" + i);
        String first = say(client, "AUTH SCRAM-SHA-256 " + base64(scram.first()));
        assertThat(say(client, base64(scram.last(text(first.substring(2))))))
            .isEqualTo("-ERR [AUTH] wrong name or password");
      }
      assertThat(client.hearLine()).as("the server hangs up").isEmpty();
    }
  }

  @Test
  void whoAsksForSaltsAndGivesUpIsCountedAsOneWhoGuesses() throws IOException {
    try (TestClient client = connect()) {
      for (int i = 0; i < Pop3Session.MAX_FAILED_LOGINS; i++) {
        var scram = new TestScram("n,,", new byte[0], "user" + i, "?", "a");
        assertThat(say(client, "AUTH SCRAM-SHA-256 " + base64(scram.first()))).startsWith("+ ");
        assertThat(say(client, "*")).isEqualTo("-ERR [AUTH] wrong name or password");
      }
      assertThat(client.hearLine()).as("the server hangs up").isEmpty();
    }
  }

  @Test
  void whatIsMalformedIsRefusedToo() throws IOException {
    try (TestClient client = connect()) {
      assertThat(say(client, "AUTH SCRAM-SHA-256 " + base64("m=x,n=anna,r=a")))
          .isEqualTo("-ERR [AUTH] wrong name or password");
      assertThat(say(client, "AUTH SCRAM-SHA-256 " + base64("y,,n=anna,r=a")))
          .isEqualTo("-ERR [AUTH] wrong name or password");
    }
  }
}
