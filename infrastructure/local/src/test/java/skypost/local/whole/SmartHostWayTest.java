package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.protocol.net.TestTls;

/**
 * One installation sends through another, which wants TLS and a login: it takes SCRAM, and its
 * certificate is of an authority that only we believe.
 */
class SmartHostWayTest {
  private static final byte[] MESSAGE =
      "Subject: through\r\n\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path data;
  private static LocalProcess smartHost;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    Path certificate = resource("test-certificate.pem");
    Path key = resource("test-key.pem");
    smartHost =
        LocalProcess.start(
            data.resolve("smart"),
            Map.of("SKYPOST_TLS_CERT", certificate.toString(), "SKYPOST_TLS_KEY", key.toString()));
    smartHost.users("example.com", "ann");
    smartHost.users("far.example", "bob");
  }

  private static Path resource(String name) throws IOException {
    try (InputStream in = TestTls.class.getResourceAsStream("/tls/" + name)) {
      return Files.write(data.resolve(name), in.readAllBytes());
    }
  }

  @AfterAll
  static void stop() {
    system.close();
    smartHost.close();
  }

  @Test
  void mailWaitsForTheRightPasswordAndThenGoesThrough() throws Exception {
    launch("");
    String login =
        "{\"smartHosts\": {\"domains\": {\"example.com\": {\"host\": \"127.0.0.1:%d\", \"username\": \"ann@example.com\", \"password\": \"%s\"}}}}";
    assertThat(
            system
                .api("PUT", "/v1/relay", login.formatted(smartHost.port("submission"), "guess"))
                .status())
        .isEqualTo(200);
    String id = send();
    String path = "/v1/messages/" + id;
    await(
        "the refusal in the trace",
        () -> system.api("GET", path, null).body().toString(),
        trace ->
            trace.contains("status=deferred")
                && trace.contains("login as ann@example.com was refused: 535 5.7.8"));
    assertThat(system.log()).contains("event=smart-host-refused").doesNotContain("guess");

    var patched =
        system.api(
            "PATCH",
            "/v1/relay",
            "{\"smartHosts\": {\"domains\": {\"example.com\": {\"password\": \"secret\"}}}}");
    assertThat(patched.status()).as("%s", patched).isEqualTo(200);
    assertThat(system.api("GET", "/v1/relay", null).body().toString())
        .contains("hasPassword=true", "username=ann@example.com", "tls=required")
        .doesNotContain("secret");
    String entry = "/v1/queue/" + id + "~far.example~0/retry";
    assertThat(system.api("POST", entry, null).status()).isEqualTo(200);
    await(
        "the delivery in the trace",
        () -> system.api("GET", path, null).body().toString(),
        trace -> trace.contains("status=delivered"));
    await("bob's mail", () -> smartHost.inbox("bob@far.example"), count -> count == 1);
    assertThat(system.api("GET", path, null).body().toString())
        .contains("127.0.0.1[127.0.0.1]:" + smartHost.port("submission"), "tls=TLSv1.3");

    system.close();
    launch("smtps://ann%40example.com:secret@127.0.0.1:" + smartHost.port("submissions"));
    assertThat(system.api("DELETE", "/v1/relay", null).status()).isEqualTo(204);
    assertThat(system.api("GET", "/v1/relay", null).body().toString())
        .contains("tls=implicit", "hasPassword=true");
    send();
    await(
        "the message by the one setting",
        () -> smartHost.inbox("bob@far.example"),
        count -> count == 2);
  }

  private static void launch(String setting) throws IOException {
    system =
        LocalProcess.start(
            data.resolve("own"),
            Map.of(
                "SKYPOST_SMART_HOST",
                setting,
                "SKYPOST_TRUSTED_ROOTS",
                Files.readString(data.resolve("test-certificate.pem"))));
    system.users("example.com", "ann");
  }

  /** Sends from ann to bob; the message's id. */
  private static String send() throws IOException {
    try (MailClient client = MailClient.connectByTls("127.0.0.1", system.port("submissions"))) {
      assertThat(client.reply()).startsWith("220");
      assertThat(client.command("EHLO client.example")).startsWith("250");
      byte[] plain = "\0ann@example.com\0secret".getBytes(StandardCharsets.UTF_8);
      assertThat(client.command("AUTH PLAIN " + Base64.getEncoder().encodeToString(plain)))
          .startsWith("235");
      String reply = client.send("ann@example.com", "bob@far.example", MESSAGE);
      assertThat(reply).startsWith("250");
      return reply.replaceAll("(?s).*queued as ([0-9a-z]{20}).*", "$1");
    }
  }
}
