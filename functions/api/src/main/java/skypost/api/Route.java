package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One thing that the API can do.
 *
 * @param method the HTTP method
 * @param template the path, with {@code {name}} for a segment; {@code {name+}} takes several,
 *     joined by slashes
 * @param parameters the query parameters that it knows
 * @param isOpen whether it needs no token
 * @param endpoint what it does
 */
record Route(
    String method, String template, Set<String> parameters, boolean isOpen, Endpoint endpoint) {
  /** Answers a request. */
  @FunctionalInterface
  interface Endpoint {
    /**
     * @param path the values of the template's names, decoded
     * @throws IOException when the outcome is not known
     */
    Response answer(Request request, PathValues path) throws IOException, Refusal;
  }

  /** The values of a template's names. */
  record PathValues(Map<String, String> values) {
    String get(String name) {
      return values.get(name);
    }
  }

  static Route of(String method, String template, Endpoint endpoint, String... parameters) {
    return new Route(method, template, Set.of(parameters), false, endpoint);
  }

  /** Matches the segments of a path, which are not decoded yet. */
  Optional<PathValues> match(List<String> segments) {
    List<String> names = List.of(template.split("/", -1));
    int many = names.stream().filter(Route::takesMany).findFirst().map(names::indexOf).orElse(-1);
    int surplus = segments.size() - names.size();
    if (surplus < 0 || surplus > 0 && many < 0) {
      return Optional.empty();
    }
    Map<String, String> values = new LinkedHashMap<>();
    int at = 0;
    for (int i = 0; i < names.size(); i++) {
      int taken = i == many ? surplus + 1 : 1;
      String value =
          segments.subList(at, at + taken).stream()
              .map(Percent::decode)
              .collect(Collectors.joining("/"));
      at += taken;
      if (names.get(i).startsWith("{") && !value.isEmpty()) {
        values.put(names.get(i).replaceAll("[{}+]", ""), value);
      } else if (!names.get(i).equals(value)) {
        return Optional.empty();
      }
    }
    return Optional.of(new PathValues(values));
  }

  private static boolean takesMany(String name) {
    return name.endsWith("+}");
  }
}
