package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Suppressed addresses, and the switch for them. */
class SuppressionApiTest {
  private static final String ALL = "/v1/domains/local.example/suppressions";

  @Test
  void whatGetShowsCanBePutBack() throws IOException {
    World world = World.seeded();
    World.Answer shown = world.get(ALL + "/Gone@far.example");

    assertThat(world.put(ALL + "/gone@far.example", shown.body()).status()).isEqualTo(200);

    assertThat(world.get(ALL + "/gone@far.example").json())
        .doesNotContainKey("until") // by hand: until it is lifted
        .containsEntry("reason", "550 5.1.1 no such user");
  }

  @Test
  void aLiftedOneIsGone() throws IOException {
    World world = World.seeded();

    assertThat(world.delete(ALL + "/gone@far.example").status()).isEqualTo(204);

    assertThat(world.delete(ALL + "/gone@far.example").status()).isEqualTo(404);
    assertThat(world.get(ALL + "/gone@far.example").status()).isEqualTo(404);
    assertThat(world.get(ALL).items()).isEmpty();
  }

  @Test
  void onlyLocalDomainsHaveSenders() throws IOException {
    World world = World.seeded();

    assertThat(world.get("/v1/domains/relay.example/suppressions").status()).isEqualTo(409);
    assertThat(world.put("/v1/domains/no.example/suppressions/a@b.example", "{}").status())
        .isEqualTo(404);
    assertThat(world.put(ALL + "/a@b.example", "{\"keep\":\"soon\"}").status()).isEqualTo(400);
    assertThat(world.put(ALL + "/nonsense", "{}").status()).isEqualTo(400);
  }

  @Test
  void theSwitchIsARelaySettingAndExplained() throws IOException {
    World world = World.seeded();
    String question =
        "{\"client\":\"192.0.2.1\",\"login\":\"ann@local.example\",\"from\":\"ann@local.example\",\"to\":\"gone@far.example\"}";
    assertThat(world.post("/v1/relay/explain", question).json()).containsEntry("accepted", true);

    World.Answer patched =
        world.patch("/v1/relay", "{\"suppressions\":{\"LOCAL.example\":\"P90D\"}}");

    assertThat(patched.json()).containsEntry("suppressions", Map.of("local.example", "P90D"));
    assertThat(world.post("/v1/relay/explain", question).json())
        .containsEntry("rule", "suppressed");
    for (String wrong : List.of("\"PT1H\"", "\"soon\"", "90", "\"P9999D\"")) {
      assertThat(
              world
                  .patch("/v1/relay", "{\"suppressions\":{\"local.example\":" + wrong + "}}")
                  .status())
          .as(wrong)
          .isEqualTo(400);
    }
    world.patch("/v1/relay", "{\"suppressions\":{\"local.example\":null}}");
    assertThat(world.get("/v1/relay").json()).doesNotContainKey("suppressions");
  }
}
