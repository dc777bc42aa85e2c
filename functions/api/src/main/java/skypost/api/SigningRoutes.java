package skypost.api;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import skypost.mail.admin.AdviseDomain;
import skypost.mail.admin.ManageSigningKeys;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.SigningPair;
import skypost.mail.signing.SigningPair.State;

/** {@code /v1/domains/{domain}/dkim/keys}. No answer has a private key, sealed or not. */
final class SigningRoutes {
  private static final Set<String> NONE = Set.of();
  private static final String UNPUBLISHED = "unpublished";

  private final ManageSigningKeys keys;
  private final AdviseDomain published;

  SigningRoutes(ManageSigningKeys keys, AdviseDomain published) {
    this.keys = keys;
    this.published = published;
  }

  List<Route> routes() {
    String all = "/v1/domains/{domain}/dkim/keys";
    String one = all + "/{id}";
    return List.of(
        Route.of("GET", all, this::list),
        Route.of("POST", all, this::create),
        Route.of(
            "GET",
            one,
            (request, path) -> {
              String domain = Answers.domain(path);
              return Answers.of(
                  request, keys.find(domain, path.get("id")), pair -> render(domain, pair));
            }),
        Route.of("POST", one + "/activate", this::activate),
        Route.of(
            "POST",
            one + "/retire",
            (request, path) -> {
              String domain = Answers.domain(path);
              return Answers.of(
                  request, keys.retire(domain, path.get("id")), pair -> render(domain, pair));
            }),
        Route.of(
            "DELETE",
            one,
            (request, path) -> Answers.gone(keys.delete(Answers.domain(path), path.get("id")))));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    DomainKeys found = Answers.found(keys.list(Answers.domain(path)));
    return Response.json(
        200,
        Map.of("items", found.pairs().stream().map(pair -> render(found.domain(), pair)).toList()));
  }

  private Response create(Request request, Route.PathValues path) throws IOException, Refusal {
    String domain = Answers.domain(path);
    Members.of(request, NONE).check();
    SigningPair made = Answers.found(keys.create(domain));
    return Response.json(201, render(domain, made))
        .with("location", request.path() + "/" + made.id());
  }

  /** A key that nobody can look up makes every signature an error. */
  private Response activate(Request request, Route.PathValues path) throws IOException, Refusal {
    String domain = Answers.domain(path);
    Members members = Members.of(request, Set.of(UNPUBLISHED));
    boolean unpublished = members.flag(UNPUBLISHED, false);
    members.check();
    SigningPair pair = Answers.found(keys.find(domain, path.get("id")));
    if (!unpublished && !pair.isActive() && !published.isPublished(domain, pair)) {
      throw new Refusal(
          Problem.conflict(
              "the DNS does not show both records of "
                  + pair.id()
                  + "; \"unpublished\": true has it sign all the same"));
    }
    return Answers.of(request, keys.activate(domain, pair.id()), each -> render(domain, each));
  }

  private static Map<String, Object> render(String domain, SigningPair pair) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", pair.id());
    fields.put("created", pair.made().toString());
    switch (pair.state()) {
      case State.Pending() -> fields.put("state", "pending");
      case State.Active(Instant since) -> {
        fields.put("state", "active");
        fields.put("activated", since.toString());
      }
      case State.Retired retired -> {
        fields.put("state", "retired");
        fields.put("retired", retired.at().toString());
        fields.put("keepPublishedUntil", retired.keptUntil().toString());
      }
    }
    fields.put("records", pair.halves().stream().map(half -> render(domain, half)).toList());
    return fields;
  }

  private static Map<String, Object> render(String domain, SigningPair.Half half) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("selector", half.selector());
    fields.put("algorithm", half.algorithm().text());
    fields.put("name", half.recordName(domain));
    fields.put("type", "TXT");
    fields.put("value", half.record());
    return fields;
  }
}
