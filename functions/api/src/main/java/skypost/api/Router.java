package skypost.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the route of a request. */
final class Router {
  private final List<Route> routes;

  Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
  }

  /** Where a request leads. */
  sealed interface Match {
    record Found(Route route, Route.PathValues path) implements Match {}

    /**
     * @param allowed the methods that this path knows, as the Allow header has them
     */
    record WrongMethod(String allowed) implements Match {}

    record NotFound() implements Match {}
  }

  List<Route> routes() {
    return routes;
  }

  /** HEAD goes where GET goes (RFC 9110 section 9.3.2). */
  Match match(String method, String path) {
    List<String> segments = List.of(path.split("/", -1));
    String wanted = method.equals("HEAD") ? "GET" : method;
    List<String> allowed = new ArrayList<>();
    for (Route route : routes) {
      Optional<Route.PathValues> values = route.match(segments);
      if (values.isPresent()) {
        if (route.method().equals(wanted)) {
          return new Match.Found(route, values.get());
        }
        allowed.add(route.method());
      }
    }
    return allowed.isEmpty() ? new Match.NotFound() : new Match.WrongMethod(allow(allowed));
  }

  private static String allow(List<String> methods) {
    TreeSet<String> sorted = new TreeSet<>(methods);
    if (sorted.contains("GET")) {
      sorted.add("HEAD");
    }
    return String.join(", ", sorted);
  }
}
