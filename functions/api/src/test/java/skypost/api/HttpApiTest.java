package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.directory.Directory;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.message.MessageId;

/** What every request meets: the token, the routes, the body. */
class HttpApiTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic sample-admin-token",
        "sample-admin-token",
        "Bearer sample-admin-toke",
        "Bearer sample-admin-token2",
        "Bearer SAMPLE-ADMIN-TOKEN"
      })
  void withoutTheTokenNothingIsTold(String authorization) throws IOException {
    World world = World.seeded();
    Map<String, String> headers =
        authorization.isEmpty() ? Map.of() : Map.of("authorization", authorization);

    for (String path : new String[] {"/v1/domains", "/v1/nothing", "/v1/users/ann@local.example"}) {
      World.Answer answer = world.call("DELETE", path, headers, null);
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.headers()).containsEntry("www-authenticate", "Bearer realm=\"skypost\"");
      assertThat(answer.json()).containsEntry("title", "Unauthorized").containsEntry("status", 401);
    }
    assertThat(world.directory.account(World.ANN)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer sample-admin-token",
        "bearer sample-admin-token",
        "BEARER  sample-admin-token "
      })
  void withTheTokenTheRequestIsAnswered(String authorization) throws IOException {
    assertThat(
            World.empty()
                .call("GET", "/v1/domains", Map.of("AUTHORIZATION", authorization), null)
                .status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "",
        "/v1",
        "/v2/domains",
        "/v1/domains/",
        "/v1//domains",
        "/v1/domains/a.example/b",
        "/V1/domains"
      })
  void anUnknownPathIsNotFound(String path) throws IOException {
    World.Answer answer = World.seeded().get(path);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/domains/local.example, 'DELETE, GET, HEAD, PATCH, PUT'",
    "PUT, /v1/domains, 'GET, HEAD'",
    "GET, /v1/relay/explain, POST",
    "OPTIONS, /v1/relay, 'DELETE, GET, HEAD, PATCH, PUT'"
  })
  void aWrongMethodIsToldTheRightOnes(String method, String path, String allowed)
      throws IOException {
    World.Answer answer = World.seeded().call(method, path, null);

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.headers()).containsEntry("allow", allowed);
  }

  @Test
  void headIsGetWithoutTheBody() throws IOException {
    World.Answer answer = World.seeded().call("HEAD", "/v1/domains/local.example", null);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(World.seeded().call("HEAD", "/v1/domains/none.example", null).status())
        .isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"kind": "local",}                   | line 1, column 18
          {"kind": "local"                     | line 1, column
          {"kind": "local"} {}                 | after the JSON object
          {"kind": "local", "kind": "relay"}   | Duplicate field 'kind'
          []                                   | not a JSON object
          "text"                               | not a JSON object
          null                                 | not a JSON object
          {kind: "local"}                      | line 1, column 2
          """)
  void malformedJsonIsToldWhere(String body, String detail) throws IOException {
    World.Answer answer = World.seeded().put("/v1/domains/d.example", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat((String) answer.json().get("detail")).contains(detail);
  }

  @Test
  void everyErrorIsToldAtOnce() throws IOException {
    World.Answer answer =
        World.seeded()
            .put(
                "/v1/users/x@local.example",
                "{\"pasword\": \"x\", \"quotaBytes\": \"1\", \"deleteAfterRetrieval\": 1}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("\"pasword\"", "\"quotaBytes\"", "\"deleteAfterRetrieval\"");
  }

  @Test
  void aBodyOfAnotherTypeIsRefused() throws IOException {
    World world = World.seeded();
    Map<String, String> form = headers("application/x-www-form-urlencoded");

    assertThat(world.call("PUT", "/v1/domains/d.example", form, "kind=local").status())
        .isEqualTo(415);
    assertThat(
            world
                .call("PUT", "/v1/domains/d.example", headers("application/merge-patch+json"), "{}")
                .status())
        .isEqualTo(415);
    assertThat(world.call("PUT", "/v1/domains/c.example", form, "{\"kind\": \"local\"}").status())
        .isEqualTo(201); // as curl -d sends it
    assertThat(world.call("PUT", "/v1/domains/d.example", form, null).status())
        .isEqualTo(201); // no body, no type
    assertThat(
            world
                .call(
                    "PATCH", "/v1/domains/d.example", headers("application/merge-patch+json"), "{}")
                .status())
        .isEqualTo(200);
    assertThat(
            world
                .call(
                    "PUT",
                    "/v1/domains/d.example",
                    headers("Application/JSON; charset=utf-8"),
                    "{}")
                .status())
        .isEqualTo(200);
  }

  @Test
  void aBodyIsBounded() throws IOException {
    World world = World.seeded();
    String fits = "{\"kind\": \"local\"" + " ".repeat(Members.MAX_BODY - 17) + "}";

    assertThat(fits).hasSize(Members.MAX_BODY);
    assertThat(world.put("/v1/domains/d.example", fits).status()).isEqualTo(201);
    assertThat(world.put("/v1/domains/e.example", fits + " ").status()).isEqualTo(413);
    assertThat(world.put("/v1/domains/e.example", "[".repeat(100_000)).status())
        .isEqualTo(400); // nor does depth hurt
  }

  @Test
  void aBase64BodyIsDecoded() throws IOException {
    World world = World.seeded();
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("rawPath", "/v1/domains/d.example");
    event.put("headers", headers("application/json"));
    event.put("requestContext", Map.of("http", Map.of("method", "PUT")));
    event.put("isBase64Encoded", true);
    event.put(
        "body",
        Base64.getEncoder()
            .encodeToString("{\"kind\": \"relay\"}".getBytes(StandardCharsets.UTF_8)));

    assertThat(world.call(JSON.std.asBytes(event)).status()).isEqualTo(201);
    assertThat(world.get("/v1/domains/d.example").json()).containsEntry("kind", "relay");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "nonsense",
        "{\"rawPath\": 5}",
        "{\"rawPath\": \"/v1/domains\"}",
        "{\"requestContext\": {\"http\": {\"method\": \"GET\"}}}",
        "{\"rawPath\": \"/v1/domains\", \"requestContext\": {\"http\": {\"method\": \"GET\"}}, \"isBase64Encoded\": true, \"body\": \"*\"}"
      })
  void whatIsNoEventIsABadRequest(String event) throws IOException {
    assertThat(World.empty().call(event.getBytes(StandardCharsets.UTF_8)).status()).isEqualTo(400);
  }

  @Test
  void pathsAreDecodedOnce() throws IOException {
    World world = World.seeded();
    for (String path :
        new String[] {
          "a+b@local.example",
          "100%25@local.example",
          "%E7%94%A8@local.example",
          "c%2Fd%40local.example"
        }) {
      assertThat(world.put("/v1/users/" + path, "{\"password\": \"x\"}").status())
          .as(path)
          .isEqualTo(201);
    }

    for (String address :
        new String[] {
          "a+b@local.example", "100%@local.example", "用@local.example", "c/d@local.example"
        }) {
      assertThat(world.directory.account(World.address(address))).as(address).isPresent();
    }
    assertThat(world.get("/v1/users/100%@local.example").status())
        .isEqualTo(200); // as API Gateway hands it on
    assertThat(world.get("/v1/domains?next=%zz").status()).isEqualTo(200);
  }

  @Test
  void aFolderMayHaveASlash() throws IOException {
    World world = World.seeded();
    world.mailboxes.deliver(
        World.ANN,
        new Delivery(MessageId.derived(World.NOW, "w"), "Work/2026 Q4", 5, false, "plan"));

    for (String folder : new String[] {"Work%2F2026%20Q4", "Work/2026 Q4"}) {
      assertThat(world.get("/v1/users/ann@local.example/folders/" + folder + "/messages").items())
          .extracting(item -> item.get("subject"))
          .containsExactly("plan");
    }
    assertThat(world.get("/v1/users/ann@local.example/folders/None/messages").status())
        .isEqualTo(404);
    assertThat(world.get("/v1/users/none@local.example/folders/INBOX/messages").status())
        .isEqualTo(404);
  }

  @Test
  void messagesOfAFolderComeInPages() throws IOException {
    World world = World.seeded();
    for (int i = 2; i <= 5; i++) {
      world.mailboxes.deliver(
          World.ANN,
          new Delivery(MessageId.derived(World.NOW, "m" + i), "INBOX", i, false, "m" + i));
    }
    String path = "/v1/users/ann@local.example/folders/INBOX/messages";

    World.Answer first = world.get(path + "?limit=2");
    World.Answer rest = world.get(path + "?limit=3&next=" + first.json().get("next"));

    assertThat(first.items()).extracting(item -> item.get("uid")).containsExactly(1, 2);
    assertThat(rest.items()).extracting(item -> item.get("uid")).containsExactly(3, 4, 5);
    assertThat(rest.json()).doesNotContainKey("next");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=-1",
        "limit=",
        "limit=1e2",
        "lmit=5",
        "domain=x.example"
      })
  void badParametersAreRefusedByName(String query) throws IOException {
    World.Answer answer = World.seeded().get("/v1/domains?" + query);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("\"field\":\"" + query.split("=")[0] + "\"");
  }

  @Test
  void aPlaceThatNoListGaveIsRefused() throws IOException {
    World world = World.seeded();

    assertThat(world.get("/v1/users?next=nonsense").status()).isEqualTo(400);
    assertThat(world.get("/v1/users/ann@local.example/folders/INBOX/messages?next=x").body())
        .contains("\"field\":\"next\"");
  }

  @Test
  void aLeaseIsShownAndEnded() throws IOException {
    World world = World.seeded();
    String path = "/v1/users/ann@local.example/maildrop/lease";
    assertThat(world.get(path).json())
        .isEqualTo(Map.of("holder", "pop3-1", "until", "2026-11-25T08:10:00Z"));

    assertThat(world.delete(path).status()).isEqualTo(204);

    assertThat(world.get(path).status()).isEqualTo(404);
    assertThat(world.delete(path).status()).isEqualTo(404);
    assertThat(world.get("/v1/users/nobody@local.example/maildrop/lease").status()).isEqualTo(404);
    world.mailboxes.lease(
        World.ANN,
        "old",
        world.mailboxes.open(World.ANN, "INBOX").orElseThrow(),
        World.NOW.minusSeconds(9),
        World.NOW);
    assertThat(world.get(path).status()).isEqualTo(404); // it has run out
  }

  @Test
  void whenADatabaseDoesNotAnswerTheClientMayComeAgain() throws IOException {
    World.Answer answer = answerOf(new IOException("no route to DynamoDB"));

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.headers()).containsEntry("retry-after", "5");
    assertThat(answer.body()).doesNotContain("DynamoDB"); // the cause is for the log
  }

  @Test
  void aFaultOfOursIsA500WithoutItsCause() throws IOException {
    World.Answer answer = answerOf(new IllegalStateException("secret"));

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
    assertThat(answer.body()).doesNotContain("secret");
  }

  private static World.Answer answerOf(Exception fault) throws IOException {
    Directory broken =
        (Directory)
            Proxy.newProxyInstance(
                Directory.class.getClassLoader(),
                new Class<?>[] {Directory.class},
                (proxy, method, arguments) -> {
                  throw fault;
                });
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("rawPath", "/v1/domains");
    event.put("headers", headers("application/json"));
    event.put("requestContext", Map.of("http", Map.of("method", "GET")));
    return World.call(World.empty().handler(broken), JSON.std.asBytes(event));
  }

  private static Map<String, String> headers(String type) {
    return Map.of("authorization", "Bearer " + World.TOKEN, "content-type", type);
  }

  @Test
  void settingsAreReadFromTheEnvironmentAndAllErrorsTold() {
    var reader =
        new skypost.mail.settings.SettingsReader(
            Map.of("SKYPOST_HOSTNAME", "-bad-", "SKYPOST_SMART_HOST", "h:0"));

    ApiSettings settings = ApiSettings.read(reader);

    assertThat(Arrays.asList(settings.toString().split(" "))).doesNotContain(World.TOKEN);
    assertThat(Optional.ofNullable(org.assertj.core.api.Assertions.catchThrowable(reader::check)))
        .get()
        .extracting(Throwable::getMessage)
        .asString()
        .contains("SKYPOST_ADMIN_TOKEN", "SKYPOST_HOSTNAME", "SKYPOST_SMART_HOST");
  }
}
