package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.protocol.smtp.client.FakeMx;

/** The outbound queue and suppressed addresses, steered through the HTTP API. */
class QueueWayTest {
  private static final byte[] MESSAGE =
      "Subject: queued\r\n\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path data;
  private static FakeMx smartHost;
  private static FakeMx other;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    smartHost = FakeMx.start();
    smartHost.always("RCPT TO:<late", FakeMx.reply("451 4.3.2 not today"));
    smartHost.always("RCPT TO:<gone", FakeMx.reply("550 5.1.1 no such user"));
    other = FakeMx.start();
    launch();
    system.users("example.com", "ann", "bob");
    LocalProcess.Answer relay =
        system.api(
            "PUT",
            "/v1/relay",
            """
            {"trustedNetworks": ["127.0.0.1/32"], "smartHost": "127.0.0.1:%d",
             "suppressions": {"example.com": "P90D"}}
            """
                .formatted(smartHost.port()));
    assertThat(relay.status()).as("%s", relay).isEqualTo(200);
  }

  private static void launch() throws IOException {
    system = LocalProcess.start(data, Map.of("SKYPOST_RETRY_SCHEDULE", "PT0S,PT2H,PT2H"));
  }

  @AfterAll
  static void stop() throws Exception {
    system.close();
    smartHost.close();
    other.close();
  }

  @Test
  void whatWaitsForADeadServerIsReroutedInBulkThroughAKill() throws Exception {
    int many = 60;
    for (int i = 0; i < many; i++) {
      send("late" + i + "@dead.example");
    }
    awaitDeferred("dead.example", many);

    String reroute =
        begin(
            "{\"filter\": {\"domain\": \"dead.example\"}, \"action\": \"reroute\", \"to\": \"127.0.0.1:%d\"}"
                .formatted(other.port()));
    system.kill();
    launch();
    assertThat(finished(reroute)).containsEntry("done", many).containsEntry("failed", 0);
    String retry = begin("{\"filter\": {\"domain\": \"dead.example\"}, \"action\": \"retry\"}");
    assertThat(finished(retry)).containsEntry("done", many).containsEntry("failed", 0);

    await("all messages at the other server", () -> other.received().size(), n -> n >= many);
    Set<String> reached = new HashSet<>();
    other.received().forEach(received -> reached.addAll(received.recipients()));
    assertThat(reached).hasSize(many);
    assertThat(other.received()).hasSize(many);
  }

  @Test
  void everyStepIsInTheTraceAndADeletionIsToldToTheSender() throws Exception {
    String id = send("late@deleted.example");
    awaitDeferred("deleted.example", 1);
    String entry = "/v1/queue/" + id + "~deleted.example~0";

    assertThat(system.api("POST", entry + "/hold", null).status()).isEqualTo(200);
    assertThat(system.api("POST", entry + "/reroute", "{\"to\": \"elsewhere.example:26\"}").body())
        .containsEntry("route", "elsewhere.example:26");
    assertThat(system.api("POST", entry + "/release", null).status()).isEqualTo(200);
    long before = system.inbox("ann@example.com");
    assertThat(system.api("DELETE", entry + "?bounce=true", null).status()).isEqualTo(204);

    await("the bounce", () -> system.inbox("ann@example.com"), count -> count > before);
    assertThat(system.api("GET", "/v1/messages/" + id, null).body().toString())
        .contains("event=held", "event=rerouted", "detail=elsewhere.example:26", "event=released")
        .contains("event=bounced", "by=api", "status=bounced");
    assertThat(system.api("GET", "/v1/queue?domain=deleted.example", null).body())
        .containsEntry("items", List.of());
  }

  @Test
  void anAddressThatFailedForGoodIsRefusedUntilThatIsLifted() throws Exception {
    String path = "/v1/domains/example.com/suppressions/gone@far.example";
    send("gone@far.example");
    await(
        "the suppression",
        () -> system.api("GET", path, null).body().get("reason"),
        reason -> reason != null && reason.toString().startsWith("550 5.1.1"));

    try (MailClient bob = open("bob@example.com")) {
      assertThat(bob.command("MAIL FROM:<bob@example.com>")).startsWith("250");
      assertThat(bob.command("RCPT TO:<gone@far.example>"))
          .startsWith("550")
          .contains("5.1.1", "DELETE /v1/domains/{domain}/suppressions/{address}");
      assertThat(bob.command("RCPT TO:<fine@far.example>")).startsWith("250");
    }
    assertThat(system.api("DELETE", path, null).status()).isEqualTo(204);
    await(
        "a front that has forgotten the refusal",
        () -> recipient("bob@example.com", "gone@far.example"),
        reply -> reply.startsWith("250"));
  }

  private static String recipient(String from, String to) {
    try (MailClient client = open(from)) {
      client.command("MAIL FROM:<" + from + ">");
      return client.command("RCPT TO:<" + to + ">");
    } catch (IOException fault) {
      throw new java.io.UncheckedIOException(fault);
    }
  }

  private static String begin(String body) {
    LocalProcess.Answer begun = system.api("POST", "/v1/queue/bulk", body);
    assertThat(begun.status()).as("%s", begun).isEqualTo(202);
    return (String) begun.body().get("id");
  }

  private static Map<String, Object> finished(String operation) throws InterruptedException {
    return await(
        "the operation's end",
        () -> system.api("GET", "/v1/operations/" + operation, null).body(),
        body -> "done".equals(body.get("state")));
  }

  private static void awaitDeferred(String domain, int count) throws InterruptedException {
    await(
        "entries that wait",
        () ->
            ((List<?>)
                    system
                        .api("GET", "/v1/queue?status=deferred&domain=" + domain, null)
                        .body()
                        .get("items"))
                .size(),
        size -> size == count);
  }

  /** Sends as ann; the message's id. */
  private static String send(String to) throws IOException {
    try (MailClient client = open("ann@example.com")) {
      String reply = client.send("ann@example.com", to, MESSAGE);
      assertThat(reply).startsWith("250");
      return reply.replaceAll("(?s).*queued as ([0-9a-z]{20}).*", "$1");
    }
  }

  private static MailClient open(String login) throws IOException {
    MailClient client = MailClient.connectByTls("127.0.0.1", system.port("submissions"));
    assertThat(client.reply()).startsWith("220");
    assertThat(client.command("EHLO client.example")).startsWith("250");
    byte[] plain = ("\0" + login + "\0secret").getBytes(StandardCharsets.UTF_8);
    assertThat(client.command("AUTH PLAIN " + Base64.getEncoder().encodeToString(plain)))
        .startsWith("235");
    return client;
  }
}
