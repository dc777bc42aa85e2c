package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import skypost.mail.admin.ManageFilters;
import skypost.mail.admin.Outcome;
import skypost.mail.admin.PreviewFilter;
import skypost.mail.admin.PreviewFilter.Previewed;
import skypost.mail.directory.Page;
import skypost.mail.filter.Filter;
import skypost.mail.json.Fields;
import skypost.mail.sieve.ActionJson;
import skypost.protocol.address.EmailAddress;

/** A user's filter, and drafts of it. */
final class FilterRoutes {
  private static final int MAX_DAYS = 365;
  private static final int USUAL_DAYS = 7;
  private static final Set<String> DRAFT =
      Stream.concat(FilterMembers.ALL.stream(), Stream.of("days")).collect(Collectors.toSet());

  private final ManageFilters filters;
  private final PreviewFilter preview;

  FilterRoutes(ManageFilters filters, PreviewFilter preview) {
    this.filters = filters;
    this.preview = preview;
  }

  List<Route> routes() {
    String one = "/v1/users/{address}/filters";
    return List.of(
        Route.of("GET", one, this::get),
        Route.of(
            "PUT",
            one,
            (request, path) ->
                put(request, Answers.address(path), Members.of(request, FilterMembers.ALL))),
        Route.of("PATCH", one, this::patch),
        Route.of(
            "DELETE", one, (request, path) -> Answers.gone(filters.delete(Answers.address(path)))),
        Route.of("POST", one + "/preview", this::preview, Paging.LIMIT, Paging.NEXT));
  }

  private Response get(Request request, Route.PathValues path) throws IOException, Refusal {
    return Response.json(200, source(Answers.found(filters.find(Answers.address(path)))));
  }

  private Response patch(Request request, Route.PathValues path) throws IOException, Refusal {
    EmailAddress user = Answers.address(path);
    Map<String, Object> present = source(Answers.found(filters.find(user)));
    return put(request, user, Members.patched(request, present, FilterMembers.ALL));
  }

  private Response put(Request request, EmailAddress user, Members members)
      throws IOException, Refusal {
    String script = FilterMembers.script(members);
    members.check();
    Filter filter = new Filter(script, Fields.string(FilterMembers.source(members)));
    Outcome<Filter> outcome = filters.put(user, filter);
    Map<String, Object> shown = source(Answers.found(outcome));
    return Answers.of(request, outcome, _ -> shown);
  }

  private static Map<String, Object> source(Filter filter) throws IOException {
    return Fields.read(filter.source()).all();
  }

  private Response preview(Request request, Route.PathValues path) throws IOException, Refusal {
    EmailAddress user = Answers.address(path);
    Members members = Members.of(request, DRAFT);
    String draft = FilterMembers.script(members);
    int days = (int) members.number("days", 1, MAX_DAYS, USUAL_DAYS);
    members.check();
    return Paging.of(request)
        .answer(
            (limit, next) -> found(preview.preview(user, draft, days, limit, next)),
            FilterRoutes::render);
  }

  private static Page<Previewed> found(Outcome<Page<Previewed>> outcome) throws Refusal {
    return Answers.found(outcome);
  }

  private static Map<String, Object> render(Previewed previewed) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", previewed.message().id().toString());
    fields.put("folder", previewed.folder());
    fields.put("uid", previewed.message().uid());
    fields.put("subject", previewed.message().subject());
    fields.put(
        "actions",
        previewed.result().actions().stream()
            .map(executed -> ActionJson.write(executed.action()))
            .toList());
    previewed
        .result()
        .error()
        .ifPresent(error ->
            fields.put(
                "runtimeError", Map.of("line", error.at().line(), "message", error.message())));
    return fields;
  }
}
