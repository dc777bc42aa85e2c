package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.ManageAliases;
import skypost.mail.directory.Account.Alias;
import skypost.protocol.address.EmailAddress;

/** {@code /v1/aliases}; {@code *@domain} is the catch-all. */
final class AliasRoutes {
  private static final int MAX_TARGETS = 1000; // 254 octets each: within a DynamoDB item's 400 KB
  private static final Set<String> MEMBERS = Set.of("address", "targets");

  private final ManageAliases aliases;

  AliasRoutes(ManageAliases aliases) {
    this.aliases = aliases;
  }

  List<Route> routes() {
    String one = "/v1/aliases/{address}";
    return List.of(
        Route.of("GET", "/v1/aliases", this::list, "domain", Paging.LIMIT, Paging.NEXT),
        Route.of(
            "GET",
            one,
            (request, path) ->
                Answers.of(request, aliases.find(Answers.address(path)), AliasRoutes::render)),
        Route.of(
            "PUT",
            one,
            (request, path) -> put(request, Answers.address(path), Members.of(request, MEMBERS))),
        Route.of("PATCH", one, this::patch),
        Route.of(
            "DELETE", one, (request, path) -> Answers.gone(aliases.delete(Answers.address(path)))));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    Optional<String> domain = Answers.domain(request);
    return Paging.of(request)
        .answer((limit, next) -> aliases.list(domain, limit, next), AliasRoutes::render);
  }

  private Response patch(Request request, Route.PathValues path) throws IOException, Refusal {
    Alias present = Answers.found(aliases.find(Answers.address(path)));
    return put(request, present.address(), Members.patched(request, render(present), MEMBERS));
  }

  private Response put(Request request, EmailAddress address, Members members)
      throws IOException, Refusal {
    members.same("address", address.toString());
    List<EmailAddress> targets =
        members.list("targets", "an e-mail address", MAX_TARGETS, EmailAddress::parse).stream()
            .distinct()
            .toList();
    if (targets.isEmpty()) {
      members.errorUnlessRefused("targets", "an alias has at least one target");
    }
    members.check();
    return Answers.of(request, aliases.put(new Alias(address, targets)), AliasRoutes::render);
  }

  private static Map<String, Object> render(Alias alias) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("address", alias.address().toString());
    fields.put("targets", alias.targets().stream().map(EmailAddress::toString).toList());
    return fields;
  }
}
