package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The description says what there is, all of it, and nothing else. */
class OpenApiTest {
  private final List<Route> routes = World.empty().handler.routes();

  @Test
  void describesEveryRouteAndNoOther() throws IOException {
    Set<String> known = new TreeSet<>();
    routes.forEach(route -> known.add(route.method() + " " + path(route)));

    assertThat(OpenApi.read().operations()).isEqualTo(known);
  }

  @Test
  void describesEveryParameterAndNoOther() throws IOException {
    OpenApi description = OpenApi.read();
    for (Route route : routes) {
      assertThat(description.parameters(route.method(), path(route), "query"))
          .as(route.method() + " " + path(route))
          .isEqualTo(new TreeSet<>(route.parameters()));
      Set<String> inPath = new TreeSet<>();
      Pattern.compile("\\{(\\w+)}")
          .matcher(path(route))
          .results()
          .forEach(match -> inPath.add(match.group(1)));
      assertThat(description.parameters(route.method(), path(route), "path")).isEqualTo(inPath);
    }
  }

  @Test
  void saysWhatNeedsNoToken() throws IOException {
    OpenApi description = OpenApi.read();
    for (Route route : routes) {
      boolean open =
          description.operation(route.method(), path(route)).get("security") instanceof List<?> none
              && none.isEmpty();
      assertThat(open).as(path(route)).isEqualTo(route.isOpen());
    }
  }

  /**
   * A member that the description has is taken, and what the refusal lists is what the description
   * has.
   */
  @Test
  void describesTheMembersOfEveryBody() throws IOException {
    OpenApi description = OpenApi.read();
    for (Route route : routes) {
      Set<String> members = description.bodyMembers(route.method(), path(route));
      if (!members.isEmpty()) {
        String path =
            path(route)
                .replace("{domain}", "relay.example")
                .replace("recipients/{address}", "recipients/listed@relay.example")
                .replace(
                    "{address}",
                    path(route).contains("aliases") ? "info@local.example" : "ann@local.example");
        World.Answer answer = World.seeded().call(route.method(), path, "{\"nonsense\": 1}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("errors").toString())
            .as(route.method() + " " + path)
            .contains("there are " + String.join(", ", members));
      }
    }
  }

  @Test
  void isServedToEverybody() throws IOException {
    World.Answer answer = World.empty().call("GET", "/v1/openapi.json", Map.of(), null);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json()).containsEntry("openapi", "3.1.0");
  }

  private static String path(Route route) {
    return route.template().replace("+}", "}");
  }
}
