package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.admin.ManageDestinations;
import skypost.mail.admin.ManageDestinations.Shown;
import skypost.mail.queue.Destination.Phase;
import skypost.mail.queue.Destination.Trouble;

/** {@code /v1/destinations}, and {@code /v1/domains/{domain}/flush}. */
final class DestinationRoutes {
  private final ManageDestinations destinations;

  DestinationRoutes(ManageDestinations destinations) {
    this.destinations = destinations;
  }

  List<Route> routes() {
    String one = "/v1/destinations/{destination}";
    return List.of(
        Route.of("GET", "/v1/destinations", this::list, Paging.LIMIT, Paging.NEXT),
        Route.of(
            "GET",
            one,
            (request, path) ->
                Response.json(200, render(destinations.find(Answers.destination(path))))),
        Route.of("DELETE", one, this::clear),
        Route.of("POST", one + "/flush", (request, path) -> flush(Answers.destination(path))),
        Route.of(
            "POST", "/v1/domains/{domain}/flush", (request, path) -> flush(Answers.domain(path))));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    return Paging.of(request).answer(destinations::list, DestinationRoutes::render);
  }

  private Response clear(Request request, Route.PathValues path) throws IOException, Refusal {
    destinations.clear(Answers.destination(path));
    return Response.noContent();
  }

  /** 202 while there is something to wait for, RFC 9110 section 15.3.3. */
  private Response flush(String destination) throws IOException, Refusal {
    Shown shown = Answers.found(destinations.flush(destination));
    return Response.json(ManageDestinations.isRunning(shown) ? 202 : 200, render(shown));
  }

  private static Map<String, Object> render(Shown shown) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("destination", shown.destination().domain());
    switch (shown.destination().phase()) {
      case Phase.Healthy() -> fields.put("state", "healthy");
      case Phase.Deferred(int failures, var until) -> {
        fields.put("state", "deferred");
        fields.put("failures", failures);
        fields.put("deferredUntil", until.toString());
      }
      case Phase.Recovering(int window, var after) -> {
        fields.put("state", "recovering");
        fields.put("window", window);
      }
    }
    fields.put("sending", shown.isServed());
    fields.put("waiting", shown.waiting().entries());
    if (!shown.waiting().isAll()) {
      fields.put("more", true);
    }
    fields.put(
        "troubles",
        shown.destination().troubles().stream().map(DestinationRoutes::render).toList());
    return fields;
  }

  private static Map<String, Object> render(Trouble trouble) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("at", trouble.at().toString());
    fields.put("server", trouble.server());
    fields.put("reply", trouble.reply().toString());
    trouble.entry().ifPresent(entry -> fields.put("entry", entry.toString()));
    return fields;
  }
}
