package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.ManageRelayRecipients;
import skypost.protocol.address.EmailAddress;

/** {@code /v1/domains/{domain}/recipients}: the list of a relay domain's recipients. */
final class RecipientRoutes {
  private static final Set<String> LIST = Set.of("addresses");
  private static final Set<String> ONE = Set.of("address");

  private final ManageRelayRecipients recipients;

  RecipientRoutes(ManageRelayRecipients recipients) {
    this.recipients = recipients;
  }

  List<Route> routes() {
    String all = "/v1/domains/{domain}/recipients";
    String one = all + "/{address}";
    return List.of(
        Route.of("GET", all, this::list, Paging.LIMIT, Paging.NEXT),
        Route.of(
            "PUT",
            all,
            (request, path) -> replace(Answers.domain(path), Members.of(request, LIST))),
        Route.of(
            "DELETE",
            all,
            (request, path) -> Answers.gone(recipients.replace(Answers.domain(path), List.of()))),
        Route.of(
            "GET",
            one,
            (request, path) ->
                Answers.of(request, recipients.find(address(path)), RecipientRoutes::render)),
        Route.of("PUT", one, this::put),
        Route.of("DELETE", one, (request, path) -> Answers.gone(recipients.delete(address(path)))));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    String domain = Answers.domain(path);
    return Paging.of(request)
        .answer(
            (limit, next) -> Answers.found(recipients.list(domain, limit, next)),
            RecipientRoutes::render);
  }

  private Response replace(String domain, Members members) throws IOException, Refusal {
    members.required("addresses");
    List<EmailAddress> addresses =
        members.list(
            "addresses",
            "an address of " + domain,
            ManageRelayRecipients.MAX_ADDRESSES,
            text -> address(text, domain));
    members.check();
    int count = Answers.found(recipients.replace(domain, addresses));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("domain", domain);
    fields.put("count", count);
    return Response.json(200, fields);
  }

  private Response put(Request request, Route.PathValues path) throws IOException, Refusal {
    EmailAddress address = address(path);
    Members members = Members.of(request, ONE);
    members.same("address", address.toString());
    members.check();
    return Answers.of(request, recipients.put(address), RecipientRoutes::render);
  }

  private static EmailAddress address(Route.PathValues path) throws Refusal {
    String domain = Answers.domain(path);
    return address(path.get("address"), domain)
        .orElseThrow(() -> Answers.refused("address", "not an address of " + domain));
  }

  private static Optional<EmailAddress> address(String text, String domain) {
    return EmailAddress.parse(text)
        .map(EmailAddress::canonical)
        .filter(address -> address.domain().equals(domain));
  }

  private static Map<String, Object> render(EmailAddress address) {
    return Map.of("address", address.toString());
  }
}
