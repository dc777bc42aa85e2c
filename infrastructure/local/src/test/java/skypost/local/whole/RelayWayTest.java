package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.protocol.smtp.client.FakeMx;

/** What explain says is what the SMTP dialogue answers, for every kind of relay rule. */
class RelayWayTest {
  private static final byte[] MESSAGE =
      "Subject: relayed\r\n\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path data;
  private static FakeMx primary;
  private static FakeMx smartHost;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    primary = FakeMx.start();
    primary.always("RCPT TO:<no", FakeMx.reply("550 5.1.1 no such user"));
    smartHost = FakeMx.start();
    system = LocalProcess.start(data, Map.of("SKYPOST_RETRY_SCHEDULE", "PT0S,PT1S,PT1S,PT1S"));
    system.users("example.com", "ann", "bob", "boss");
    put(
        "/v1/relay",
        """
        {"trustedNetworks": ["127.0.0.99/32"],
         "smartHosts": {"domains": {"example.com": "127.0.0.1:%d"}},
         "rules": [
           {"name": "secretary", "user": "ann@example.com", "as": "boss@example.com", "action": "allow"},
           {"name": "partner", "user": "bob@example.com", "to": "*.partner.example", "action": "allow"},
           {"name": "inside", "user": "bob@example.com", "action": "deny"},
           {"name": "rival", "to": "rival.example", "action": "deny"}]}
        """
            .formatted(smartHost.port()));
    String relay =
        "{\"kind\": \"relay\", \"primary\": \"127.0.0.1:%d\", \"recipients\": {\"check\": \"%s\"}}";
    put("/v1/domains/listed.example", relay.formatted(primary.port(), "list"));
    put("/v1/domains/listed.example/recipients", "{\"addresses\": [\"carol@listed.example\"]}");
    put("/v1/domains/asked.example", relay.formatted(primary.port(), "call-ahead"));
    put("/v1/domains/open.example", relay.formatted(primary.port(), "none"));
  }

  private static void put(String path, String body) {
    LocalProcess.Answer answer = system.api("PUT", path, body);
    assertThat(answer.status()).as("%s", answer).isIn(200, 201);
  }

  @AfterAll
  static void stop() throws Exception {
    system.close();
    primary.close();
    smartHost.close();
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1,  , x@far.example, bob@example.com, local-recipient",
    "127.0.0.1,  , x@far.example, nobody@example.com, no-mailbox",
    "127.0.0.1,  , x@far.example, v@else.example, relay-denied",
    "127.0.0.1,  , ann@example.com, v@else.example, relay-denied",
    "127.0.0.99, , x@far.example, v@else.example, trusted-network",
    "127.0.0.99, , x@far.example, v@rival.example, rule:rival",
    "127.0.0.1,  , x@far.example, carol@listed.example, relay-domain",
    "127.0.0.1,  , x@far.example, dave@listed.example, not-listed",
    "127.0.0.1,  , x@far.example, erin@asked.example, relay-domain",
    "127.0.0.1,  , x@far.example, nobody@asked.example, call-ahead",
    "127.0.0.1,  , x@far.example, nobody@open.example, relay-domain",
    "127.0.0.1, ann@example.com, ann@example.com, v@else.example, login",
    "127.0.0.1, ann@example.com, boss@example.com, v@else.example, rule:secretary",
    "127.0.0.1, ann@example.com, bob@example.com, v@else.example, sender-not-owned",
    "127.0.0.1, ann@example.com, ann@example.com, v@rival.example, rule:rival",
    "127.0.0.1, ann@example.com, ann@example.com, dave@listed.example, not-listed",
    "127.0.0.1, bob@example.com, bob@example.com, v@else.example, rule:inside",
    "127.0.0.1, bob@example.com, bob@example.com, v@a.partner.example, rule:partner",
    "127.0.0.1, bob@example.com, bob@example.com, ann@example.com, login",
    "127.0.0.1, bob@example.com, boss@example.com, v@a.partner.example, sender-not-owned",
  })
  void explainSaysWhatTheDialogueAnswers(
      String client, String login, String from, String to, String rule) throws Exception {
    Map<String, Object> question = new LinkedHashMap<>();
    question.put("client", client);
    question.put("login", login);
    question.put("from", from);
    question.put("to", to);
    Map<String, Object> explained =
        system.api("POST", "/v1/relay/explain", JSON.std.asString(question)).body();
    assertThat(explained).containsEntry("rule", rule);

    try (MailClient dialogue = open(client, login)) {
      assertThat(dialogue.command("MAIL FROM:<" + from + ">")).startsWith("250");
      String reply = dialogue.command("RCPT TO:<" + to + ">");
      if (Boolean.TRUE.equals(explained.get("accepted"))) {
        assertThat(reply).startsWith("250");
      } else {
        assertThat(reply).isEqualTo(explained.get("reply"));
      }
    }
  }

  @Test
  void aRuleHoldsFromTheNextSessionOn() throws Exception {
    system.users("example.com", "late");
    try (MailClient before = open("127.0.0.1", "late@example.com")) {
      assertThat(before.command("MAIL FROM:<late@example.com>")).startsWith("250");
      assertThat(before.command("RCPT TO:<v@else.example>")).startsWith("250");
    }
    @SuppressWarnings("unchecked") // it is a list of objects
    List<Object> rules =
        new ArrayList<>((List<Object>) system.api("GET", "/v1/relay", null).body().get("rules"));
    rules.add(Map.of("name", "late", "user", "late@example.com", "action", "deny"));
    String patch = JSON.std.asString(Map.of("rules", rules));
    assertThat(system.api("PATCH", "/v1/relay", patch).status()).isEqualTo(200);

    try (MailClient after = open("127.0.0.1", "late@example.com")) {
      assertThat(after.command("MAIL FROM:<late@example.com>")).startsWith("250");
      assertThat(after.command("RCPT TO:<w@else.example>"))
          .isEqualTo("550 5.7.1 mail to this recipient is not allowed");
    }
  }

  @Test
  void mailOfADomainGoesThroughItsSmartHost() throws Exception {
    try (MailClient client = open("127.0.0.1", "ann@example.com")) {
      assertThat(client.send("ann@example.com", "v@smart.example", MESSAGE)).startsWith("250");
    }
    await(
        "the message at the smart host",
        () ->
            smartHost.received().stream()
                .filter(received -> received.recipients().contains("v@smart.example"))
                .count(),
        count -> count == 1);
  }

  /** A session as it is after the greetings: with a login by submissions, without by port 25. */
  private static MailClient open(String from, String login) throws IOException {
    MailClient client =
        login == null
            ? MailClient.connect(from, system.port("smtp"))
            : MailClient.connectByTls(from, system.port("submissions"));
    assertThat(client.reply()).startsWith("220");
    assertThat(client.command("EHLO client.example")).startsWith("250");
    if (login != null) {
      byte[] plain = ("\0" + login + "\0secret").getBytes(StandardCharsets.UTF_8);
      assertThat(client.command("AUTH PLAIN " + Base64.getEncoder().encodeToString(plain)))
          .startsWith("235");
    }
    return client;
  }
}
