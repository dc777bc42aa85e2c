package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Relay rules, smart hosts and recipients of relay domains as an administrator meets them. */
class RelayApiTest {
  private static final String RULES =
      """
      {"rules": [{"name": "delegate", "user": "ann@local.example", "as": "boss@local.example", "action": "allow"},
                 {"name": "inside", "user": "ann@local.example", "to": "far.example", "action": "deny"}]}
      """;
  private static final String LIST = "/v1/domains/relay.example/recipients";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"rules": {}}                                                          | rules
          {"rules": ["deny"]}                                                    | rules[0]
          {"rules": [{"action": "deny"}]}                                        | rules[0].name
          {"rules": [{"name": " ", "action": "deny"}]}                           | rules[0].name
          {"rules": [{"name": "a"}]}                                             | rules[0].action
          {"rules": [{"name": "a", "action": "drop"}]}                           | rules[0].action
          {"rules": [{"name": "a", "action": "deny", "form": "x"}]}              | rules[0].form
          {"rules": [{"name": "a", "action": "deny", "user": "ann"}]}            | rules[0].user
          {"rules": [{"name": "a", "action": "deny", "domain": "a@b.example"}]}  | rules[0].domain
          {"rules": [{"name": "a", "action": "deny", "to": "f*r.example"}]}      | rules[0].to
          {"rules": [{"name": "a", "action": "deny", "to": "ann@local.example"}]} | rules[0].to
          {"rules": [{"name": "a", "action": "allow", "as": "b@c.example"}]}     | rules[0].as
          {"rules": [{"name": "a", "action": "deny"}, {"name": "a", "action": "deny"}]} | rules[1].name
          {"smartHosts": "smart.example"}                                        | smartHosts
          {"smartHosts": {"defalut": "smart.example"}}                           | smartHosts.defalut
          {"smartHosts": {"default": ":0"}}                                      | smartHosts.default
          {"smartHost": "a.example", "smartHosts": {"default": "b.example"}}     | smartHosts.default
          {"smartHosts": {"domains": {"-x.example": "a.example"}}}               | smartHosts.domains.-x.example
          {"smartHosts": {"domains": {"x.example": "a b"}}}                      | smartHosts.domains.x.example
          {"smartHosts": {"domains": {"x.example": 25}}}                         | smartHosts.domains.x.example
          {"greylisting": "on"}                                                  | greylisting
          {"dnsLists": []}                                                       | dnsLists
          {"dnsLists": {"threshold": 2}}                                         | dnsLists.lists
          {"dnsLists": {"lists": [{"weight": 2}]}}                               | dnsLists.lists[0].zone
          {"dnsLists": {"lists": [{"zone": "-bad.example"}]}}                    | dnsLists.lists[0].zone
          {"dnsLists": {"lists": [{"zone": "b.example", "weight": 0}]}}          | dnsLists.lists[0].weight
          {"dnsLists": {"lists": [{"zone": "b.example", "weight": 1001}]}}       | dnsLists.lists[0].weight
          {"dnsLists": {"lists": [{"zone": "b.example", "answers": ["10.0.0.1"]}]}} | dnsLists.lists[0].answers[0]
          {"dnsLists": {"lists": [{"zone": "b.example", "answers": ["127.0.0.0/7"]}]}} | dnsLists.lists[0].answers[0]
          {"dnsLists": {"lists": [{"zone": "b.example"}, {"zone": "B.example"}]}} | dnsLists.lists[1].zone
          {"dnsLists": {"lists": [{"zone": "b.example"}], "threshold": 0}}       | dnsLists.threshold
          """)
  void whatIsWrongIsNamed(String body, String field) throws IOException {
    World.Answer answer = World.seeded().put("/v1/relay", body);

    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains("\"field\":\"" + field + "\"");
  }

  @Test
  void dnsListsAreAskedAboutStrangersAndExplained() throws IOException {
    World world = World.seeded();
    String question = "{\"client\": \"203.0.113.66\", \"to\": \"ann@local.example\"}";
    assertThat(world.call("POST", "/v1/relay/explain", question).json())
        .containsEntry("accepted", true);
    World.Answer put =
        world.put(
            "/v1/relay",
            """
            {"dnsLists": {"lists": [{"zone": "Bad.example", "answers": ["127.0.0.2", "127.0.0.4/30"], "weight": 2},
                                    {"zone": "good.example", "weight": -1}], "threshold": 2}}
            """);

    assertThat(put.status()).as(put.body()).isEqualTo(200);
    assertThat(put.body())
        .contains(
            "{\"zone\":\"bad.example\",\"answers\":[\"127.0.0.2/32\",\"127.0.0.4/30\"],\"weight\":2}");
    assertThat(world.get("/v1/relay").body()).isEqualTo(put.body());
    assertThat(world.put("/v1/relay", put.body()).body()).isEqualTo(put.body());
    assertThat(world.call("POST", "/v1/relay/explain", question).json())
        .containsEntry("accepted", false)
        .containsEntry("rule", "dns-list:bad.example")
        .containsEntry("reply", "550 5.7.1 203.0.113.66 is listed by bad.example: a spammer");
  }

  @Test
  void greylistingIsExplainedAndExplainingLeavesNoTrace() throws IOException {
    World world = World.seeded();
    assertThat(world.put("/v1/relay", "{\"greylisting\": true}").body())
        .contains("\"greylisting\":true");
    String question = "{\"client\": \"203.0.113.5\", \"to\": \"ann@local.example\"}";
    for (int i = 0; i < 2; i++) {
      assertThat(world.call("POST", "/v1/relay/explain", question).json())
          .containsEntry("rule", "greylisted")
          .containsEntry("reply", "451 4.7.1 greylisted, please try again in 300 seconds");
    }
  }

  @Test
  void rulesAreBounded() throws IOException {
    assertThat(World.seeded().put("/v1/relay", many(500, "x")).status()).isEqualTo(200);
    assertThat(World.seeded().put("/v1/relay", many(501, "x")).body()).contains("more than 500");
    String longLabels = ("x".repeat(60) + ".").repeat(3) + "example";
    assertThat(World.seeded().put("/v1/relay", many(500, longLabels, longLabels)).body())
        .contains("\"field\":\"rules\"", "octets");
  }

  private static String many(int count, String... labels) {
    return IntStream.range(0, count)
        .mapToObj(i ->
            "{\"name\": \"rule %d\", \"action\": \"deny\", \"domain\": \"d%d.%s\", \"to\": \"t%d.%s\"}"
                .formatted(i, i, labels[0], i, labels[labels.length - 1]))
        .collect(Collectors.joining(",", "{\"rules\": [", "]}"));
  }

  @Test
  void settingsComeBackAsTheyWereGivenAndCanBePutBack() throws IOException {
    World world = World.seeded();
    World.Answer put =
        world.put(
            "/v1/relay",
            """
            {"trustedNetworks": ["192.0.2.0/24"], "rules": [{"name": "a", "to": "*.Far.example", "action": "deny"}],
             "smartHosts": {"default": "smart.example:587", "domains": {"Local.example": "one.example"}}}
            """);

    assertThat(put.json())
        .isEqualTo(
            Map.of(
                "trustedNetworks",
                List.of("192.0.2.0/24"),
                "smartHost",
                "smart.example:587",
                "smartHosts",
                Map.of(
                    "default",
                    "smart.example:587",
                    "domains",
                    Map.of("local.example", "one.example:25")),
                "rules",
                List.of(Map.of("name", "a", "to", "*.far.example", "action", "deny"))));
    assertThat(world.get("/v1/relay").json()).isEqualTo(put.json());
    assertThat(world.put("/v1/relay", put.body()).json()).isEqualTo(put.json());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"smartHost": "b.example:25"}                              | b.example:25 | {x.example=one.example:25}
          {"smartHosts": {"default": "b.example:25"}}                | b.example:25 | {x.example=one.example:25}
          {"smartHost": null}                                        | null         | {x.example=one.example:25}
          {"smartHosts": {"default": null}}                          | null         | {x.example=one.example:25}
          {"smartHosts": {"domains": {"y.example": "two.example"}}}  | a.example:25 | {x.example=one.example:25, y.example=two.example:25}
          {"smartHosts": {"domains": {"x.example": null}}}           | a.example:25 | null
          {"smartHosts": null}                                       | a.example:25 | null
          {"rules": []}                                              | a.example:25 | {x.example=one.example:25}
          """)
  void aPatchReachesIntoTheSmartHosts(String patch, String standard, String domains)
      throws IOException {
    World world = World.seeded();
    world.put(
        "/v1/relay",
        "{\"smartHost\": \"a.example\", \"smartHosts\": {\"domains\": {\"x.example\": \"one.example\"}}}");

    Map<String, Object> patched = world.patch("/v1/relay", patch).json();

    assertThat(String.valueOf(patched.get("smartHost"))).isEqualTo(standard);
    Object smartHosts = patched.get("smartHosts");
    assertThat(String.valueOf(smartHosts instanceof Map<?, ?> map ? map.get("domains") : null))
        .isEqualTo(domains);
  }

  @Test
  void ofTwoAdministratorsTheSecondIsTold() throws IOException {
    World world = World.seeded();
    String first = (String) world.get("/v1/relay").headers().get("etag");

    World.Answer changed = conditional(world, "PUT", first, RULES);
    assertThat(changed.status()).isEqualTo(200);
    assertThat(conditional(world, "PUT", first, "{}").status()).isEqualTo(412);
    assertThat(conditional(world, "PATCH", first, "{}").status()).isEqualTo(412);
    assertThat(world.get("/v1/relay").json()).containsKey("rules");

    String second = (String) changed.headers().get("etag");
    assertThat(conditional(world, "PATCH", "\"other\", " + second, "{\"rules\": null}").status())
        .isEqualTo(200);
    assertThat(conditional(world, "PUT", "*", "{}").status()).isEqualTo(200);
  }

  private static World.Answer conditional(World world, String method, String tag, String body)
      throws IOException {
    return world.call(
        method,
        "/v1/relay",
        Map.of("authorization", "Bearer " + World.TOKEN, "if-match", tag),
        body);
  }

  @Test
  void rulesAndChecksAreExplained() throws IOException {
    World world = World.seeded();
    world.put("/v1/relay", RULES);
    String ann = "\"client\": \"203.0.113.9\", \"login\": \"ann@local.example\", ";

    assertThat(explain(world, ann + "\"from\": \"ann@local.example\", \"to\": \"x@far.example\""))
        .isEqualTo(
            Map.of(
                "accepted",
                false,
                "rule",
                "rule:inside",
                "reply",
                "550 5.7.1 mail to this recipient is not allowed"));
    assertThat(explain(world, ann + "\"from\": \"boss@local.example\", \"to\": \"x@else.example\""))
        .containsEntry("rule", "rule:delegate")
        .containsEntry("accepted", true);

    String stranger = "\"client\": \"203.0.113.9\", \"from\": \"x@far.example\", ";
    check(world, "list");
    assertThat(explain(world, stranger + "\"to\": \"listed@relay.example\""))
        .containsEntry("rule", "relay-domain");
    assertThat(explain(world, stranger + "\"to\": \"no@relay.example\""))
        .containsEntry("rule", "not-listed")
        .containsEntry("reply", "550 5.1.1 no such mailbox in this domain");
    check(world, "call-ahead");
    assertThat(explain(world, stranger + "\"to\": \"known@relay.example\""))
        .containsEntry("rule", "relay-domain");
    assertThat(explain(world, stranger + "\"to\": \"no@relay.example\""))
        .containsEntry("rule", "call-ahead")
        .containsEntry("accepted", false);
  }

  private static void check(World world, String how) throws IOException {
    assertThat(
            world
                .patch(
                    "/v1/domains/relay.example", "{\"recipients\": {\"check\": \"" + how + "\"}}")
                .json())
        .containsEntry("recipients", Map.of("check", how))
        .containsEntry("primary", "mx.relay.example:25");
  }

  private static Map<String, Object> explain(World world, String members) throws IOException {
    return world.post("/v1/relay/explain", "{" + members + "}").json();
  }

  @Test
  void theListOfRecipientsIsKept() throws IOException {
    World world = World.seeded();

    assertThat(world.put(LIST + "/Ann@relay.example", "{}").status()).isEqualTo(201);
    assertThat(world.put(LIST + "/ann@RELAY.example", "").status()).isEqualTo(200);
    assertThat(world.get(LIST + "?limit=1").json())
        .containsEntry("items", List.of(Map.of("address", "ann@relay.example")))
        .containsKey("next");
    assertThat(world.delete(LIST + "/ann@relay.example").status()).isEqualTo(204);
    assertThat(world.get(LIST + "/ann@relay.example").status()).isEqualTo(404);
    assertThat(world.delete(LIST + "/ann@relay.example").status()).isEqualTo(404);

    assertThat(
            world
                .put(
                    LIST,
                    "{\"addresses\": [\"b@relay.example\", \"B@relay.example\", \"c@relay.example\"]}")
                .json())
        .containsEntry("count", 2);
    assertThat(world.get(LIST).items())
        .containsExactly(
            Map.of("address", "b@relay.example"), Map.of("address", "c@relay.example"));
    assertThat(world.delete(LIST).status()).isEqualTo(204);
    assertThat(world.get(LIST).items()).isEmpty();
  }

  @Test
  void onlyARelayDomainHasAList() throws IOException {
    World world = World.seeded();

    assertThat(world.get("/v1/domains/none.example/recipients").status()).isEqualTo(404);
    assertThat(world.put("/v1/domains/local.example/recipients/a@local.example", "{}").status())
        .isEqualTo(409);
    assertThat(world.put(LIST + "/a@other.example", "{}").body())
        .contains("not an address of relay.example");
    assertThat(
            world.put(LIST, "{\"addresses\": [\"a@relay.example\", \"a@other.example\"]}").body())
        .contains("\"field\":\"addresses[1]\"");
    assertThat(world.put(LIST, "{}").body()).contains("\"field\":\"addresses\"");
    assertThat(world.put("/v1/domains/l.example", "{\"recipients\": {\"check\": \"list\"}}").body())
        .contains("\"field\":\"recipients.check\"");
    assertThat(
            world
                .put(
                    "/v1/domains/r.example",
                    "{\"kind\": \"relay\", \"recipients\": {\"check\": \"ask\"}}")
                .body())
        .contains("\"field\":\"recipients.check\"", "call-ahead");
  }

  @Test
  void aListGoesWithItsDomain() throws IOException {
    World world = World.seeded();
    assertThat(world.delete("/v1/domains/relay.example").status()).isEqualTo(204);
    world.put("/v1/domains/relay.example", "{\"kind\": \"relay\"}");

    assertThat(world.get(LIST).items()).isEmpty();
  }
}
