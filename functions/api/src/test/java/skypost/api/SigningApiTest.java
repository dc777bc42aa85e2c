package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Signing keys, and what a domain should publish, as an administrator meets them. */
class SigningApiTest {
  private static final String DOMAIN = "/v1/domains/local.example";
  private static final String KEYS = DOMAIN + "/dkim/keys";

  private static List<String> states(World world) throws IOException {
    return world.get(KEYS).items().stream()
        .map(item -> item.get("id") + " " + item.get("state"))
        .toList();
  }

  private static String id(World.Answer made) throws IOException {
    return (String) made.json().get("id");
  }

  private static void publish(World world, World.Answer key) throws IOException {
    for (Object record : (List<?>) key.json().get("records")) {
      var fields = (java.util.Map<?, ?>) record;
      world.published.add(fields.get("name") + " TXT " + fields.get("value"));
    }
  }

  @Test
  void keysAreChangedWithAnOverlap() throws IOException {
    World world = World.seeded();
    assertThat(world.delete(KEYS + "/s20261124-2").status()).isEqualTo(204);
    World.Answer made = world.post(KEYS, null);
    String id = id(made);
    assertThat(made.headers()).containsEntry("location", KEYS + "/" + id);
    assertThat(states(world)).containsExactly("s20261101-1 active", id + " pending");

    World.Answer early = world.post(KEYS + "/" + id + "/activate", null);
    assertThat(early.status()).isEqualTo(409);
    assertThat(early.body()).contains("the DNS does not show both records");
    publish(world, made);
    World.Answer check = world.post(DOMAIN + "/dns/check", null);
    assertThat(check.json().get("activated")).isEqualTo(List.of(id));

    assertThat(states(world)).containsExactly("s20261101-1 retired", id + " active");
    assertThat(world.get(DOMAIN + "/dns").body()).contains("s20261101-1-rsa", id + "-rsa");
    assertThat(world.delete(KEYS + "/" + id).status()).isEqualTo(409);
    assertThat(world.post(KEYS + "/" + id + "/retire", null).status()).isEqualTo(200);
    assertThat(world.delete(KEYS + "/" + id).status()).isEqualTo(204);
    assertThat(world.get(KEYS + "/" + id).status()).isEqualTo(404);
  }

  @Test
  void aKeyMayBeActivatedUnpublished() throws IOException {
    World world = World.seeded();
    String id = id(world.post(KEYS, null));

    World.Answer answer = world.post(KEYS + "/" + id + "/activate", "{\"unpublished\": true}");

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(states(world))
        .containsExactly("s20261101-1 retired", "s20261124-2 pending", id + " active");
    assertThat(world.post(KEYS + "/" + id + "/activate", null).body())
        .isEqualTo(answer.body()); // again is nothing new
  }

  @Test
  void noAnswerHasAPrivateKey() throws IOException {
    World world = World.seeded();
    World.Answer made = world.post(KEYS, null);

    assertThat(
            made.body()
                + world.get(KEYS).body()
                + world.get(KEYS + "/s20261101-1").body()
                + world.get(DOMAIN + "/dns").body()
                + world.post(DOMAIN + "/dns/check", null).body())
        .contains("s20261101-1-ed25519")
        .doesNotContain("sealed", "private");
    world.signingKeys.of("local.example").pairs().stream()
        .flatMap(pair -> pair.halves().stream())
        .forEach(half -> assertThat(made.body()).doesNotContain(half.sealed()));
  }

  @Test
  void onlyLocalDomainsHaveSomeAndNotTooMany() throws IOException {
    World world = World.seeded();

    assertThat(world.post("/v1/domains/relay.example/dkim/keys", null).status()).isEqualTo(409);
    assertThat(world.post("/v1/domains/none.example/dkim/keys", null).status()).isEqualTo(404);
    assertThat(world.get("/v1/domains/none.example/dns").status()).isEqualTo(404);
    assertThat(world.post("/v1/domains/none.example/dns/check", null).status()).isEqualTo(404);
    assertThat(world.post(KEYS + "/s1/retire", null).status()).isEqualTo(404);
    for (int i = 0; i < 3; i++) {
      assertThat(world.post(KEYS, null).status()).isEqualTo(201);
    }
    assertThat(world.post(KEYS, null).body()).contains("has 5 keys: delete one first");
  }

  @Test
  void keysGoWithTheirDomain() throws IOException {
    World world = World.seeded();
    assertThat(world.put("/v1/domains/new.example", "{}").status()).isEqualTo(201);
    assertThat(world.post("/v1/domains/new.example/dkim/keys", null).status()).isEqualTo(201);

    assertThat(world.delete("/v1/domains/new.example").status()).isEqualTo(204);

    assertThat(world.signingKeys.of("new.example").pairs()).isEmpty();
  }

  @Test
  void whatElseIsPublishedStaysInTheChangeBatch() throws IOException {
    World world = World.seeded();
    world.published.add("local.example TXT site-verification=x");
    world.published.add("local.example TXT v=spf1 include:old.example -all");

    String advice = world.get(DOMAIN + "/dns").json().get("route53").toString();
    assertThat(advice).contains("site-verification=x").doesNotContain("old.example");

    world.published.add("local.example FAILS");
    assertThat(world.get(DOMAIN + "/dns").json().get("notes").toString())
        .contains("the change batch would replace its other TXT records");
  }

  @Test
  void aPolicyIsServedByTheNameThatIsAsked() throws IOException {
    World world = World.seeded();
    String path = "/.well-known/mta-sts.txt";
    World.Answer answer =
        world.call("GET", path, java.util.Map.of("Host", "MTA-STS.local.example:443"), null);

    assertThat(answer.body())
        .isEqualTo("version: STSv1\nmode: testing\nmx: mx.skypost.example\nmax_age: 604800\n")
        .isEqualTo(
            ((java.util.Map<?, ?>) world.get(DOMAIN + "/dns").json().get("mtaSts")).get("policy"));
    assertThat(answer.headers()).containsEntry("content-type", "text/plain");
    for (String host : List.of("mta-sts.none.example", "local.example", "", "mta-sts.")) {
      assertThat(world.call("GET", path, java.util.Map.of("Host", host), null).status())
          .as(host)
          .isEqualTo(404);
    }
  }

  @Test
  void theAdviceFollowsTheSmartHostOfTheDomain() throws IOException {
    World world = World.seeded();
    world.put(
        "/v1/relay",
        "{\"smartHosts\": {\"domains\": {\"local.example\": {\"host\": \"smart.example:587\"}}}}");

    World.Answer advice = world.get(DOMAIN + "/dns");

    assertThat(advice.body())
        .contains("\"value\":\"v=spf1 a:smart.example ~all\"", "its operator says");
  }
}
