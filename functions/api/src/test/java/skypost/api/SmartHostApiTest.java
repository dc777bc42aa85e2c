package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.directory.SmartHost;

/** Smart hosts with TLS and logins as an administrator meets them. */
class SmartHostApiTest {
  private static final String RELAY = "/v1/relay";
  private static final String LOGIN =
      "{\"smartHost\": {\"host\": \"smart.example\", \"username\": \"me\", \"password\": \"pencil\"}}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"host": "a.example"}                                         | a.example:25
          {"host": "a.example:465"}                                     | a.example:465
          {"host": "a.example:25", "tls": "opportunistic"}              | a.example:25
          {"host": "a.example", "tls": "required"}                      | {host=a.example:587, tls=required}
          {"host": "a.example", "tls": "implicit"}                      | a.example:465
          {"host": "a.example:2525", "tls": "implicit"}                 | {host=a.example:2525, tls=implicit}
          {"host": "a.example:465", "tls": "opportunistic"}             | {host=a.example:465, tls=opportunistic}
          {"host": "a.example", "username": "me", "password": "p"}      | {host=a.example:587, username=me, hasPassword=true, tls=required}
          {"host": "a.example:465", "username": "me", "password": "p"}  | {host=a.example:465, username=me, hasPassword=true, tls=implicit}
          """)
  void whatIsLeftOutFollowsFromTheRest(String given, String shown) throws IOException {
    World world = World.seeded();

    assertThat(world.put(RELAY, "{\"smartHost\": " + given + "}").status()).isEqualTo(200);
    assertThat(world.get(RELAY).json().get("smartHost")).hasToString(shown);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"smartHost": {}}                                                            | smartHost.host
          {"smartHost": {"host": "a b"}}                                               | smartHost.host
          {"smartHost": {"host": "a.example", "username": "me"}}                       | smartHost.password
          {"smartHost": {"host": "a.example", "password": "p"}}                        | smartHost.username
          {"smartHost": {"host": "a.example", "username": "", "password": "p"}}        | smartHost.username
          {"smartHost": {"host": "a.example", "username": "me", "password": "p\\u0000"}} | smartHost.password
          {"smartHost": {"host": "a.example", "tls": "maybe"}}                         | smartHost.tls
          {"smartHost": {"host": "a.example", "user": "me"}}                           | smartHost.user
          {"smartHost": {"host": "a.example", "username": "me", "password": "p", "tls": "opportunistic"}} | smartHost.tls
          {"smartHosts": {"default": {"host": "a.example", "username": "me"}}}         | smartHosts.default.password
          {"smartHosts": {"domains": {"x.example": {"host": "a.example", "username": "me"}}}} | smartHosts.domains.x.example.password
          {"smartHost": "a.example", "smartHosts": {"default": {"host": "a.example", "tls": "required"}}} | smartHosts.default
          """)
  void whatIsWrongIsNamed(String body, String field) throws IOException {
    World.Answer answer = World.seeded().put(RELAY, body);

    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
    assertThat(answer.body()).contains("\"field\":\"" + field + "\"");
  }

  @Test
  void aPasswordIsNeverShownAgain() throws IOException {
    World world = World.seeded();
    World.Answer put = world.put(RELAY, LOGIN);
    World.Answer get = world.get(RELAY);

    assertThat(put.body() + get.body()).contains("\"hasPassword\":true").doesNotContain("pencil");
    assertThat(password(world)).contains("pencil");
    assertThat(get.body()).doesNotContain(login(world).secret());
    assertThat(world.directory.relay().orElseThrow().toString()).doesNotContain("pencil");
  }

  @Test
  void aPasswordIsKeptAsLongAsItIsForTheSameAccount() throws IOException {
    World world = World.seeded();
    world.put(RELAY, LOGIN);

    assertThat(world.patch(RELAY, "{\"rules\": []}").status()).isEqualTo(200);
    assertThat(world.put(RELAY, world.get(RELAY).body()).status()).isEqualTo(200);
    assertThat(
            world
                .patch(
                    RELAY,
                    "{\"smartHost\": {\"host\": \"SMART.example:465\", \"tls\": \"implicit\"}}")
                .status())
        .isEqualTo(200);
    assertThat(password(world)).contains("pencil");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"smartHost": {"host": "evil.example:587"}}
          {"smartHost": {"username": "other"}}
          {"smartHosts": {"domains": {"x.example": {"host": "evil.example", "username": "me"}}}}
          """)
  void noOtherAccountGetsThePassword(String patch) throws IOException {
    World world = World.seeded();
    world.put(RELAY, LOGIN);
    World.Answer answer = world.patch(RELAY, patch);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("password\"", "none is kept for");
    assertThat(password(world)).contains("pencil");
  }

  @Test
  void aNewPasswordIsAnotherVersionOfTheSettings() throws IOException {
    World world = World.seeded();
    world.put(RELAY, LOGIN);
    Object before = world.get(RELAY).headers().get("etag");
    String old = login(world).secret();

    World.Answer patched = world.patch(RELAY, "{\"smartHost\": {\"password\": \"crayon\"}}");

    assertThat(patched.status()).as(patched.body()).isEqualTo(200);
    assertThat(patched.headers().get("etag")).isNotEqualTo(before);
    assertThat(password(world)).contains("crayon");
    assertThat(world.smartHostPasswords.find(old)).contains("pencil"); // mail may be on its way
  }

  @Test
  void aChangeThatComesTooLateChangesNoPassword() throws IOException {
    World world = World.seeded();
    world.put(RELAY, LOGIN);
    World.Answer late =
        world.call(
            "PATCH",
            RELAY,
            Map.of("authorization", "Bearer " + World.TOKEN, "if-match", "\"other\""),
            "{\"smartHost\": {\"password\": \"crayon\"}}");

    assertThat(late.status()).isEqualTo(412);
    assertThat(password(world)).contains("pencil");
  }

  @Test
  void aLoginIsTakenAway() throws IOException {
    World world = World.seeded();
    world.put(RELAY, LOGIN);
    World.Answer patched =
        world.patch(RELAY, "{\"smartHost\": {\"username\": null, \"tls\": \"opportunistic\"}}");

    assertThat(patched.json()).as(patched.body()).containsEntry("smartHost", "smart.example:587");
    assertThat(world.patch(RELAY, "{\"smartHost\": \"smart.example:587\"}").status())
        .isEqualTo(200);
    assertThat(world.put(RELAY, LOGIN.replace(", \"password\": \"pencil\"", "")).status())
        .isEqualTo(400);
  }

  @Test
  void theDefaultHasTwoNamesAndOnePassword() throws IOException {
    World world = World.seeded();
    world.put(RELAY, LOGIN);
    String domain = "{\"smartHosts\": {\"domains\": {\"x.example\": \"one.example\"}}}";
    assertThat(world.patch(RELAY, domain).status()).isEqualTo(200);

    World.Answer shown = world.get(RELAY);
    assertThat(shown.body()).contains("\"default\":{\"host\":\"smart.example:587\"");
    assertThat(world.put(RELAY, shown.body()).json()).isEqualTo(shown.json());
    assertThat(
            world
                .patch(RELAY, "{\"smartHosts\": {\"default\": {\"password\": \"crayon\"}}}")
                .status())
        .isEqualTo(200);
    assertThat(password(world)).contains("crayon");
  }

  private static SmartHost.Login login(World world) throws IOException {
    return world
        .directory
        .relay()
        .orElseThrow()
        .smartHosts()
        .standard()
        .orElseThrow()
        .login()
        .orElseThrow();
  }

  private static Optional<String> password(World world) throws IOException {
    return world.smartHostPasswords.find(login(world).secret());
  }
}
