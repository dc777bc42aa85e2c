package skypost.api;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.ManageSuppressions;
import skypost.mail.directory.Suppressions.Suppression;

/** {@code /v1/domains/{domain}/suppressions}: to whom the senders of a domain write no more. */
final class SuppressionRoutes {
  private static final Set<String> MEMBERS = Set.of("address", "reason", "keep", "since", "until");
  private static final int MAX_REASON = 400;

  private final ManageSuppressions suppressions;

  SuppressionRoutes(ManageSuppressions suppressions) {
    this.suppressions = suppressions;
  }

  List<Route> routes() {
    String all = "/v1/domains/{domain}/suppressions";
    String one = all + "/{address}";
    return List.of(
        Route.of("GET", all, this::list, Paging.LIMIT, Paging.NEXT),
        Route.of(
            "GET",
            one,
            (request, path) ->
                Answers.of(
                    request,
                    suppressions.find(Answers.domain(path), Answers.address(path)),
                    SuppressionRoutes::render)),
        Route.of("PUT", one, this::put),
        Route.of(
            "DELETE",
            one,
            (request, path) ->
                Answers.gone(suppressions.delete(Answers.domain(path), Answers.address(path)))));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    String domain = Answers.domain(path);
    return Paging.of(request)
        .answer(
            (limit, next) -> Answers.found(suppressions.list(domain, limit, next)),
            SuppressionRoutes::render);
  }

  /** {@code since} and {@code until} only tell: what GET gave can be put back. */
  private Response put(Request request, Route.PathValues path) throws IOException, Refusal {
    Members members = Members.of(request, MEMBERS);
    members.same("address", Answers.address(path).toString());
    Optional<String> reason =
        members.parsed(
            "reason",
            "1 to " + MAX_REASON + " characters",
            text -> Optional.of(text).filter(SuppressionRoutes::isReason));
    Optional<Duration> keep = members.parsed("keep", Durations.FORM, Durations::days);
    members.check();
    return Answers.of(
        request,
        suppressions.put(
            Answers.domain(path), Answers.address(path), reason.orElse("by hand"), keep),
        SuppressionRoutes::render);
  }

  private static boolean isReason(String text) {
    return !text.isBlank() && text.length() <= MAX_REASON;
  }

  private static Map<String, Object> render(Suppression suppression) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("address", suppression.address().toString());
    fields.put("since", suppression.since().toString());
    fields.put("reason", suppression.reason());
    suppression.until().ifPresent(until -> fields.put("until", until.toString()));
    return fields;
  }
}
