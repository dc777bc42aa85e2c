package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.protocol.sasl.TestScram.base64;
import static skypost.protocol.sasl.TestScram.text;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import skypost.protocol.net.TestClient;
import skypost.protocol.sasl.TestScram;

/** Logins as a mail program does them, at both fronts of the running system. */
@Timeout(120)
class LoginsTest {
  private static final String FAILED = "535 5.7.8 Authentication credentials invalid";

  @TempDir private static Path data;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    system = LocalProcess.start(data, Map.of());
    system.users("example.com", "alice", "bob", "carol");
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  @Test
  void anAppPasswordWorksUntilItIsTakenBack() throws Exception {
    String all = "/v1/users/alice@example.com/app-passwords";
    var made = system.api("POST", all, "{\"name\": \"phone\"}");
    assertThat(made.status()).isEqualTo(201);
    String password = (String) made.body().get("password");

    assertThat(smtpPlain("alice@example.com", password)).startsWith("235 ");
    assertThat(pop3Scram("alice@example.com", password)).startsWith("+OK ");
    assertThat(pop3Scram("alice@example.com", "secret")).startsWith("+OK ");
    assertThat(system.api("GET", all, null).body().get("items").toString())
        .contains("lastUsed")
        .doesNotContain(password);

    assertThat(system.api("DELETE", all + "/" + made.body().get("id"), null).status())
        .isEqualTo(204);
    assertThat(pop3Scram("alice@example.com", password)).startsWith("-ERR [AUTH]");
  }

  @Test
  void guessesAtOneFrontCountAtTheOther() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(pop3Plain("bob@example.com", "guess " + i)).startsWith("-ERR [AUTH]");
    }
    assertThat(smtpPlain("bob@example.com", "secret")).isEqualTo(FAILED);
    assertThat(smtpPlain("nobody@example.com", "secret")).isEqualTo(FAILED);
    assertThat(smtpPlain("carol@example.com", "secret"))
        .as("from the same address, never here before")
        .startsWith("235 ");
  }

  // ---- the two fronts

  private static TestClient connect(String service) throws Exception {
    TestClient client = TestClient.connect(system.port(service)).secure(trustingAll());
    client.hearLine();
    return client;
  }

  private static String smtpPlain(String user, String password) throws Exception {
    try (TestClient client = connect("submissions")) {
      client.say("EHLO client.example");
      return client.say("AUTH PLAIN " + base64("\0" + user + "\0" + password));
    }
  }

  private static String pop3Plain(String user, String password) throws Exception {
    try (TestClient client = connect("pop3s")) {
      return say(client, "AUTH PLAIN " + base64("\0" + user + "\0" + password));
    }
  }

  private static String pop3Scram(String user, String password) throws Exception {
    try (TestClient client = connect("pop3s")) {
      var scram = new TestScram("p=tls-exporter,,", client.tlsExporter(), user, password, "nonce");
      String first = say(client, "AUTH SCRAM-SHA-256-PLUS " + base64(scram.first()));
      String answer = say(client, base64(scram.last(text(first.substring(2)))));
      return answer.equals("+ " + base64(scram.expectedSignature())) ? say(client, "") : answer;
    }
  }

  private static String say(TestClient client, String line) throws IOException {
    client.send(line + "\r\n");
    return client.hearLine();
  }

  /** The system's certificate is its own; here it is the logins that are tested. */
  private static SSLContext trustingAll() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    return context;
  }

  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return List.<X509Certificate>of().toArray(new X509Certificate[0]);
    }
  }
}
