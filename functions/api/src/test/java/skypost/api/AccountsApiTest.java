package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.authorize.AuthorizeLogin;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.Account;
import skypost.mail.mailbox.ExpiringMailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.memory.InMemoryExpiringMailboxes;
import skypost.mail.memory.InMemoryLoginAttempts;
import skypost.mail.message.MessageId;

/** Domains, users and aliases as an administrator meets them. */
class AccountsApiTest {
  @Test
  void aUserThatIsMadeCanLogInAndGetMail() throws IOException {
    World world = World.empty();
    assertThat(world.put("/v1/domains/example.org", "{}").status()).isEqualTo(201);

    World.Answer made =
        world.put(
            "/v1/users/Ann%40Example.ORG", "{\"password\": \"s3cret ü\", \"quotaBytes\": 100}");

    assertThat(made.status()).isEqualTo(201);
    assertThat(made.body()).doesNotContain("s3cret").contains("\"address\":\"ann@example.org\"");
    assertThat(login(world, "ann@example.org", "s3cret ü"))
        .isInstanceOf(LoginAnswer.Accepted.class);
    assertThat(login(world, "ann@example.org", "other")).isInstanceOf(LoginAnswer.Refused.class);
    var ann = World.address("ann@example.org");
    assertThat(world.mailboxes.deliver(ann, new Delivery(World.FILED, "INBOX", 101, false, "")))
        .isEqualTo(new DeliveryOutcome.OverQuota());
    assertThat(world.get("/v1/users/ann@example.org").json()).isEqualTo(made.json());
  }

  @Test
  void aPatchUndoesNothingThatOthersChangeMeanwhile() throws IOException {
    World world = World.seeded();
    String domain = "/v1/domains/local.example";
    var others =
        world.interrupted("replaceDomain", () -> world.patch(domain, "{\"quotaBytes\": 5}"));
    World.call(others, World.event("PATCH", domain, "{\"spoofed\": \"refuse\"}"));
    assertThat(world.get(domain).body())
        .contains("\"quotaBytes\":5")
        .contains("\"spoofed\":\"refuse\"");

    String user = "/v1/users/ann@local.example";
    others = world.interrupted("replaceUser", () -> world.patch(user, "{\"quotaBytes\": 7}"));
    World.call(others, World.event("PATCH", user, "{\"deleteAfterRetrieval\": true}"));
    assertThat(world.get(user).body())
        .contains("\"quotaBytes\":7")
        .contains("\"deleteAfterRetrieval\":true");
  }

  @Test
  void aNewUserNeedsAPasswordAndAnOldOneKeepsIt() throws IOException {
    World world = World.seeded();
    World.Answer refused = world.put("/v1/users/carol@local.example", "{}");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).contains("\"field\":\"password\"");
    assertThat(world.mailboxes.status(World.address("carol@local.example"))).isEmpty();

    world.put("/v1/users/carol@local.example", "{\"password\": \"one\"}");
    assertThat(world.put("/v1/users/carol@local.example", "{\"quotaBytes\": 5}").status())
        .isEqualTo(200);
    assertThat(login(world, "carol@local.example", "one")).isInstanceOf(LoginAnswer.Accepted.class);

    assertThat(world.patch("/v1/users/carol@local.example", "{\"password\": \"two\"}").status())
        .isEqualTo(200);
    assertThat(login(world, "carol@local.example", "one")).isInstanceOf(LoginAnswer.Refused.class);
    assertThat(login(world, "carol@local.example", "two")).isInstanceOf(LoginAnswer.Accepted.class);
    assertThat(world.get("/v1/users/carol@local.example").json()).containsEntry("quotaBytes", 5);
    assertThat(world.patch("/v1/users/carol@local.example", "{\"password\": null}").status())
        .isEqualTo(400);
  }

  @Test
  void aPatchChangesWhatItNamesAndNullTakesAway() throws IOException {
    World world = World.seeded();
    world.put(
        "/v1/users/ann@local.example", "{\"quotaBytes\": 7000, \"deleteAfterRetrieval\": true}");

    assertThat(world.patch("/v1/users/ann@local.example", "{\"quotaBytes\": null}").json())
        .isEqualTo(
            Map.of("address", "ann@local.example", "quotaBytes", 0, "deleteAfterRetrieval", true));
    assertThat(world.get("/v1/users/ann@local.example/mailbox").json())
        .containsEntry("quotaBytes", 0);
    assertThat(world.patch("/v1/users/nobody@local.example", "{}").status()).isEqualTo(404);
    assertThat(world.patch("/v1/domains/nowhere.example", "{}").status()).isEqualTo(404);
  }

  @Test
  void whatGetGaveCanBePutBack() throws IOException {
    World world = World.seeded();
    for (String path :
        List.of(
            "/v1/domains/relay.example",
            "/v1/users/ann@local.example",
            "/v1/aliases/info@local.example",
            "/v1/relay")) {
      World.Answer present = world.get(path);
      assertThat(world.put(path, present.body()).status()).as(path).isEqualTo(200);
      assertThat(world.get(path)).isEqualTo(present);
    }
    assertThat(
            world
                .put("/v1/users/ann@local.example", "{\"address\": \"bob@local.example\"}")
                .status())
        .isEqualTo(400);
  }

  @Test
  void aDeletedUserLeavesNothingThatNobodyElseNeeds() throws IOException {
    World world = World.seeded();
    MessageId shared = MessageId.derived(World.ACCEPTED, "shared");
    world.put("/v1/users/bob@local.example", "{\"password\": \"x\"}");
    world.store(shared, "ann@local.example", "bob@local.example");
    world.holders.hold(shared, List.of("ann@local.example", "bob@local.example"));
    for (String user : List.of("ann@local.example", "bob@local.example")) {
      world.mailboxes.deliver(World.address(user), new Delivery(shared, "INBOX", 10, true, ""));
    }

    assertThat(world.delete("/v1/users/ann@local.example").status()).isEqualTo(204);

    assertThat(world.get("/v1/users/ann@local.example").status()).isEqualTo(404);
    assertThat(world.get("/v1/users/ann@local.example/mailbox").status()).isEqualTo(404);
    assertThat(login(world, "ann@local.example", "x")).isInstanceOf(LoginAnswer.Refused.class);
    assertThat(world.credentials.find(World.ANN)).isEmpty();
    assertThat(world.messages.open(World.FILED)).isEmpty();
    assertThat(world.messages.open(shared)).isPresent(); // bob has it
    assertThat(world.delete("/v1/users/ann@local.example").status()).isEqualTo(404);

    world.delete("/v1/users/bob@local.example");
    assertThat(world.messages.open(shared)).isEmpty();
  }

  @Test
  void aChangeThatDiedHalfWayIsFinishedByTheSameRequest() throws IOException {
    World world = World.seeded();
    byte[] put = World.event("PUT", "/v1/users/carol@local.example", "{\"password\": \"x\"}");
    ApiHandler failing = world.failingOnceAt("putAccount");
    assertThat(World.call(failing, put).status()).isEqualTo(503);
    assertThat(world.get("/v1/users/carol@local.example").status()).isEqualTo(404);
    assertThat(World.call(failing, put).status()).isEqualTo(201);
    assertThat(login(world, "carol@local.example", "x")).isInstanceOf(LoginAnswer.Accepted.class);

    byte[] delete = World.event("DELETE", "/v1/users/ann@local.example", "");
    failing = world.failingOnceAt("deleteAccount");
    assertThat(World.call(failing, delete).status()).isEqualTo(503);
    assertThat(World.call(failing, delete).status()).isEqualTo(204);
    assertThat(world.get("/v1/users/ann@local.example").status()).isEqualTo(404);
    assertThat(world.messages.open(World.FILED)).isEmpty();
  }

  @Test
  void anAddressIsUserOrAlias() throws IOException {
    World world = World.seeded();

    World.Answer overUser =
        world.put("/v1/aliases/ann@local.example", "{\"targets\": [\"x@far.example\"]}");
    World.Answer overAlias = world.put("/v1/users/info@local.example", "{\"password\": \"x\"}");

    assertThat(overUser.status()).isEqualTo(409);
    assertThat(overAlias.status()).isEqualTo(409);
    assertThat(world.directory.account(World.ANN)).get().isInstanceOf(Account.User.class);
    assertThat(world.mailboxes.status(World.address("info@local.example"))).isEmpty();
    assertThat(world.get("/v1/aliases/ann@local.example").status()).isEqualTo(404);
    assertThat(world.get("/v1/users/info@local.example").status()).isEqualTo(404);
    assertThat(world.delete("/v1/users/info@local.example").status()).isEqualTo(404);
  }

  @Test
  void accountsLiveInLocalDomainsOnly() throws IOException {
    World world = World.seeded();

    assertThat(world.put("/v1/users/x@nowhere.example", "{\"password\": \"x\"}").status())
        .isEqualTo(404);
    assertThat(world.put("/v1/users/x@relay.example", "{\"password\": \"x\"}").status())
        .isEqualTo(409);
    assertThat(
            world.put("/v1/aliases/x@relay.example", "{\"targets\": [\"a@b.example\"]}").status())
        .isEqualTo(409);
    assertThat(world.put("/v1/users/*@local.example", "{\"password\": \"x\"}").status())
        .isEqualTo(400);
    assertThat(world.put("/v1/domains/local.example", "{\"kind\": \"relay\"}").status())
        .isEqualTo(409);
  }

  @Test
  void aDomainGoesOnceItsAccountsAreGone() throws IOException {
    World world = World.seeded();
    assertThat(world.delete("/v1/domains/local.example").status()).isEqualTo(409);
    world.delete("/v1/users/ann@local.example");
    assertThat(world.delete("/v1/domains/local.example").status())
        .isEqualTo(409); // the alias is left
    world.delete("/v1/aliases/info@local.example");

    assertThat(world.delete("/v1/domains/LOCAL.example").status()).isEqualTo(204);

    assertThat(world.get("/v1/domains/local.example").status()).isEqualTo(404);
    assertThat(world.delete("/v1/domains/local.example").status()).isEqualTo(404);
  }

  @Test
  void usersOfAllDomainsAreListedInPages() throws IOException {
    World world = World.empty();
    List<String> expected = new ArrayList<>();
    for (String domain : List.of("a.example", "b.example", "c.example", "d.example")) {
      world.put("/v1/domains/" + domain, "{}");
      for (int i = 0; i < 7 && !domain.startsWith("b"); i++) {
        String address = "u" + i + "@" + domain;
        world.directory.putAccount(new Account.User(World.address(address), 0, false));
        world.directory.putAccount(
            new Account.Alias(
                World.address("t" + i + "@" + domain), List.of(World.address(address))));
        expected.add(address);
      }
    }

    for (int limit : new int[] {1, 2, 7, 20, 1000}) {
      assertThat(listed(world, "/v1/users?limit=" + limit, limit))
          .as("by " + limit)
          .isEqualTo(expected);
    }
    assertThat(listed(world, "/v1/aliases?domain=c.example&limit=3", 3))
        .hasSize(7)
        .allMatch(name -> name.startsWith("t"));
    assertThat(listed(world, "/v1/users?domain=b.example", 100)).isEmpty();
  }

  @Test
  void domainsAreListedInPages() throws IOException {
    World world = World.empty();
    for (int i = 0; i < 5; i++) {
      world.put("/v1/domains/d" + i + ".example", "{}");
    }

    World.Answer first = world.get("/v1/domains?limit=2");

    assertThat(first.items())
        .extracting(item -> item.get("domain"))
        .containsExactly("d0.example", "d1.example");
    World.Answer second = world.get("/v1/domains?limit=10&next=" + first.json().get("next"));
    assertThat(second.items()).hasSize(3);
    assertThat(second.json()).doesNotContainKey("next");
  }

  @Test
  void aDomainSaysWhatItWantsOfForgedMail() throws IOException {
    World world = World.seeded();
    String settings =
        "{\"dmarcReject\": \"refuse\", \"spoofed\": \"accept\", \"exemptions\":"
            + " [{\"sender\": \"*.News.example\"}, {\"network\": \"2001:db8::/32\"},"
            + " {\"sealer\": \"Lists.example\"}]}";

    assertThat(world.put("/v1/domains/strict.example", settings).status()).isEqualTo(201);

    String shown =
        "\"dmarcReject\":\"refuse\",\"spoofed\":\"accept\",\"exemptions\":"
            + "[{\"sender\":\"*.news.example\"},{\"network\":\"2001:db8:0:0:0:0:0:0/32\"},"
            + "{\"sealer\":\"lists.example\"}]";
    assertThat(world.get("/v1/domains/strict.example").body()).contains(shown);
    assertThat(world.patch("/v1/domains/strict.example", "{\"spoofed\": \"junk\"}").body())
        .contains(shown.replace("accept", "junk"));
    assertThat(world.patch("/v1/domains/strict.example", "{\"exemptions\": null}").body())
        .doesNotContain("exemptions");
  }

  @Test
  void aDomainSaysHowMuchItsMailboxesHoldAndForHowLong() throws IOException {
    World world = World.empty();
    String path = "/v1/domains/kept.example";

    World.Answer made =
        world.put(
            path,
            "{\"quotaBytes\": 5000000000, \"retentionDays\": {\"Junk\": 30, \"inbox\": 365}}");

    assertThat(made.status()).isEqualTo(201);
    assertThat(made.json())
        .containsEntry("quotaBytes", 5_000_000_000L)
        .containsEntry("retentionDays", Map.of("INBOX", 365, "Junk", 30));
    assertThat(world.get(path).json()).isEqualTo(made.json());
    assertThat(world.patch(path, "{\"retentionDays\": {\"Junk\": null}}").json())
        .containsEntry("quotaBytes", 5_000_000_000L)
        .containsEntry("retentionDays", Map.of("INBOX", 365));
    assertThat(world.patch(path, "{\"quotaBytes\": null, \"retentionDays\": null}").json())
        .doesNotContainKeys("quotaBytes", "retentionDays");
  }

  @Test
  void aUserSaysHowLongHisFoldersKeepMailAndIsLookedAtSoon() throws IOException {
    World world = World.seeded();
    String path = "/v1/users/ann@local.example";

    world.patch(path, "{\"retentionDays\": {\"Junk\": 0, \"Lists/old\": 7}}");

    assertThat(world.get(path).json())
        .containsEntry("retentionDays", Map.of("Junk", 0, "Lists/old", 7));
    assertThat(new InMemoryExpiringMailboxes(world.mailboxes).due(World.NOW, 10))
        .as("what lies there may be over its time")
        .extracting(ExpiringMailboxes.Due::user)
        .contains(World.ANN);
    assertThat(world.patch(path, "{\"retentionDays\": null}").json())
        .doesNotContainKey("retentionDays");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/domains/-bad-.example      | {}                                               | domain
          /v1/domains/[192.0.2.1]        | {}                                               | domain
          /v1/domains/d.example          | {"kind": "other"}                                | kind
          /v1/domains/d.example          | {"primary": "host:99999", "kind": "relay"}       | primary
          /v1/domains/d.example          | {"primary": "mx.example"}                        | primary
          /v1/domains/d.example          | {"dmarcReject": true}                            | dmarcReject
          /v1/domains/d.example          | {"spoofed": "refuse it"}                         | spoofed
          /v1/domains/d.example          | {"exemptions": {"sender": "x.example"}}          | exemptions
          /v1/domains/d.example          | {"exemptions": [{}]}                             | exemptions[0]
          /v1/domains/d.example          | {"exemptions": [{"sender": "a.example", "network": "192.0.2.1"}]} | exemptions[0]
          /v1/domains/d.example          | {"exemptions": [{"sender": "a@b@c"}]}            | exemptions[0].sender
          /v1/domains/d.example          | {"exemptions": [{"network": "192.0.2.1/24"}]}    | exemptions[0].network
          /v1/domains/d.example          | {"exemptions": [{"sealer": "*.lists.example"}]}  | exemptions[0].sealer
          /v1/domains/d.example          | {"exemptions": [{"client": "192.0.2.1"}]}        | exemptions[0].client
          /v1/domains/d.example          | {"quotaBytes": -1}                               | quotaBytes
          /v1/domains/d.example          | {"quotaBytes": "5 GB"}                           | quotaBytes
          /v1/domains/d.example          | {"quotaBytes": 1125899906842625}                 | quotaBytes
          /v1/domains/d.example          | {"kind": "relay", "quotaBytes": 5}               | kind
          /v1/domains/d.example          | {"retentionDays": 30}                            | retentionDays
          /v1/domains/d.example          | {"retentionDays": {"Junk": -1}}                  | retentionDays.Junk
          /v1/domains/d.example          | {"retentionDays": {"Junk": "30"}}                | retentionDays.Junk
          /v1/domains/d.example          | {"retentionDays": {"Junk": 36501}}               | retentionDays.Junk
          /v1/users/no-address           | {"password": "x"}                                | address
          /v1/users/x@local.example      | {"password": ""}                                 | password
          /v1/users/x@local.example      | {"password": "a\\u0000b"}                        | password
          /v1/users/x@local.example      | {"password": "x", "quotaBytes": -1}              | quotaBytes
          /v1/users/x@local.example      | {"password": "x", "quotaBytes": 1.5}             | quotaBytes
          /v1/users/x@local.example      | {"password": "x", "quotaBytes": 99999999999999999999} | quotaBytes
          /v1/users/x@local.example      | {"password": "x", "deleteAfterRetrieval": "yes"} | deleteAfterRetrieval
          /v1/users/x@local.example      | {"password": "x", "retentionDays": ["Junk"]}     | retentionDays
          /v1/users/x@local.example      | {"password": "x", "retentionDays": {"Junk": 1.5}} | retentionDays.Junk
          /v1/users/x@local.example      | {"password": "x", "retentionDays": {"a\\u0000b": 3}} | retentionDays.a\\u0000b
          /v1/users/x@local.example      | {"password": "x", "retentionDays": {"": 3}}      | retentionDays.
          /v1/aliases/x@local.example    | {}                                               | targets
          /v1/aliases/x@local.example    | {"targets": []}                                  | targets
          /v1/aliases/x@local.example    | {"targets": "a@b.example"}                       | targets
          /v1/aliases/x@local.example    | {"targets": ["a@b.example", "nonsense"]}         | targets[1]
          /v1/aliases/x@local.example    | {"targets": ["X@local.example"]}                 | targets
          /v1/relay                      | {"trustedNetworks": ["192.0.2.1/24"]}            | trustedNetworks[0]
          /v1/relay                      | {"trustedNetworks": ["0.0.0.0/0"]}               | trustedNetworks
          /v1/relay                      | {"smartHost": ""}                                | smartHost
          """)
  void whatMakesNoSenseIsRefusedByName(String path, String body, String field) throws IOException {
    World.Answer answer = World.seeded().put(path, body);

    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
    assertThat(answer.body()).contains("\"field\":\"" + field + "\"");
  }

  @Test
  void relayDecisionsAreExplained() throws IOException {
    World world = World.seeded();
    String outside = "\"client\": \"203.0.113.9\", \"from\": \"x@far.example\"";

    assertThat(explain(world, outside + ", \"to\": \"ann@local.example\""))
        .containsEntry("rule", "local-recipient");
    assertThat(explain(world, outside + ", \"to\": \"no@local.example\""))
        .containsEntry("reply", "550 5.1.1 no such mailbox here");
    assertThat(explain(world, outside + ", \"to\": \"x@relay.example\""))
        .containsEntry("rule", "relay-domain");
    assertThat(explain(world, outside + ", \"to\": \"x@else.example\""))
        .containsEntry("accepted", false);
    assertThat(
            explain(
                world, "\"client\": \"127.0.0.1\", \"from\": \"<>\", \"to\": \"x@else.example\""))
        .containsEntry("rule", "trusted-network");
    String ann =
        "\"client\": \"203.0.113.9\", \"login\": \"ann@local.example\", \"to\": \"x@else.example\"";
    assertThat(explain(world, ann + ", \"from\": \"ann@local.example\""))
        .containsEntry("rule", "login");
    assertThat(explain(world, ann + ", \"from\": \"boss@local.example\""))
        .containsEntry("rule", "sender-not-owned");
    assertThat(explain(world, ann.replace("ann@", "nobody@")))
        .containsEntry("rule", "login-refused");
    assertThat(world.post("/v1/relay/explain", "{\"client\": \"localhost\"}").body())
        .contains("\"field\":\"client\"", "\"field\":\"to\"");
  }

  @Test
  void relaySettingsHoldAtOnceAndCanBeReset() throws IOException {
    World world = World.seeded();
    String question = "\"client\": \"192.0.2.77\", \"to\": \"x@else.example\"";
    assertThat(explain(world, question)).containsEntry("rule", "relay-denied");

    world.put(
        "/v1/relay",
        "{\"trustedNetworks\": [\"192.0.2.0/24\"], \"smartHost\": \"smart.example:587\"}");
    assertThat(explain(world, question)).containsEntry("rule", "trusted-network");
    assertThat(world.patch("/v1/relay", "{\"smartHost\": null}").json())
        .isEqualTo(Map.of("trustedNetworks", List.of("192.0.2.0/24")));

    assertThat(world.delete("/v1/relay").status()).isEqualTo(204);
    assertThat(explain(world, question)).containsEntry("rule", "relay-denied");
  }

  private static Map<String, Object> explain(World world, String members) throws IOException {
    return world.post("/v1/relay/explain", "{" + members + "}").json();
  }

  private static List<String> listed(World world, String path, int limit) throws IOException {
    List<String> addresses = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      World.Answer page = world.get(path + next.map(at -> "&next=" + at).orElse(""));
      assertThat(page.items().size()).isLessThanOrEqualTo(limit);
      page.items().forEach(item -> addresses.add((String) item.get("address")));
      next = Optional.ofNullable((String) page.json().get("next"));
    } while (next.isPresent());
    return addresses;
  }

  private static LoginAnswer login(World world, String user, String password) throws IOException {
    return new AuthorizeLogin(
            world.credentials, new InMemoryLoginAttempts(), world.directory, world.clock)
        .decide(new LoginQuestion(Service.POP3, "127.0.0.1", user, password));
  }
}
