package skypost.protocol.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.protocol.net.TestTls;

/** Logging in at a smart host; SCRAM against our own server is in SmtpScramTest. */
class ClientAuthTest {
  private static final ClientLogin LOGIN = new ClientLogin("user", "pencil");

  private final SmtpClient client =
      new SmtpClient("client.test", Timeouts.all(Duration.ofSeconds(20)));
  private FakeMx mx;

  @BeforeEach
  void start() throws IOException {
    mx = FakeMx.start();
  }

  @AfterEach
  void stop() throws IOException {
    mx.close();
  }

  @Test
  void plainGoesInOneLine() {
    mx.offers("STARTTLS", "AUTH LOGIN PLAIN").once("AUTH PLAIN", FakeMx.reply("235 2.7.0 ok"));

    connected().close();

    assertThat(mx.commands()).contains("AUTH PLAIN " + base64("\0user\0pencil"));
  }

  @Test
  void whatIsTooLongForALineGoesAfterTheChallenge() {
    String token = "x".repeat(2000);
    mx.offers("STARTTLS", "AUTH PLAIN")
        .once("AUTH PLAIN", FakeMx.reply("334"))
        .once(base64("\0user\0" + token), FakeMx.reply("235 2.7.0 ok"));

    ConnectResult result = connect(new ClientLogin("user", token));

    assertThat(result).isInstanceOf(ConnectResult.Connected.class);
    ((ConnectResult.Connected) result).connection().close();
  }

  @Test
  void loginIsSpokenWhereNothingBetterIs() {
    mx.offers("STARTTLS", "AUTH XOAUTH2 LOGIN")
        .once("AUTH LOGIN", FakeMx.reply("334 VXNlcm5hbWU6"))
        .once(base64("user"), FakeMx.reply("334 UGFzc3dvcmQ6"))
        .once(base64("pencil"), FakeMx.reply("235 2.7.0 ok"));

    connected().close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "535 5.7.8 wrong",
        "534 5.7.9 too weak",
        "454 4.7.0 not now",
        "250 what",
        "334 more?"
      })
  void aLoginThatFailsIsTemporaryWhateverTheServerSays(String reply) {
    mx.offers("STARTTLS", "AUTH PLAIN").always("AUTH", FakeMx.reply(reply));

    assertThat(refused()).startsWith("454 4.7.").doesNotContain("pencil");
    assertThat(mx.commands()).noneMatch(line -> line.startsWith("MAIL"));
  }

  @Test
  void aServerThatWantsNoLoginWeKnowGetsNone() {
    mx.offers("STARTTLS", "AUTH XOAUTH2");
    assertThat(refused()).startsWith("454 4.7.0 cannot log in as user");

    mx.offers("STARTTLS");
    assertThat(refused()).startsWith("454 4.7.0 cannot log in as user");
  }

  @Test
  void scramEndsWithTheServersProofOrNotAtAll() {
    mx.offers("STARTTLS", "AUTH PLAIN SCRAM-SHA-256")
        .once("AUTH SCRAM-SHA-256", FakeMx.reply("235 2.7.0 take my word"))
        .once("AUTH SCRAM-SHA-256", FakeMx.reply("334 " + base64("r=replayed,s=AAAA,i=4096")))
        .once("*", FakeMx.reply("501 5.7.0 cancelled"));

    assertThat(connect(LOGIN)).isInstanceOf(ConnectResult.NotConnected.class);
    assertThat(refused()).contains("makes no sense");
    assertThat(mx.commands()).noneMatch(line -> line.startsWith("AUTH PLAIN"));
  }

  @Test
  void aPasswordIsNeverForAServerThatNeedNotProveItself() {
    assertThatThrownBy(() -> new Hop(mx.peer(), OpportunisticTls.demand(), Optional.of(LOGIN)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(LOGIN.toString()).doesNotContain("pencil");
  }

  private SmtpConnection connected() {
    return ((ConnectResult.Connected) connect(LOGIN)).connection();
  }

  private String refused() {
    return ((ConnectResult.NotConnected) connect(LOGIN)).reply().toString();
  }

  private ConnectResult connect(ClientLogin login) {
    TlsDemand tls =
        new TlsDemand.Required(new ServerIdentity(TestTls.client(), "mx.test", true), "the test");
    return client.connect(
        new Hop(mx.peer(), tls, Optional.of(login)), Deadline.in(Duration.ofSeconds(30)));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
