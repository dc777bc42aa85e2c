package skypost.api;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.ManageRelay;
import skypost.mail.admin.Outcome;
import skypost.mail.admin.SmartHostLogins;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelayJson;
import skypost.mail.directory.RelaySettings;
import skypost.protocol.address.EmailAddress;

/** {@code /v1/relay}. Its ETag, sent back as If-Match, keeps two administrators apart. */
final class RelayRoutes {
  private static final String PATH = "/v1/relay";
  private static final String IF_MATCH = "if-match";
  private static final Set<String> QUESTION = Set.of("client", "login", "from", "to");

  /** Of a change that is not about one version: others are in between now and then. */
  private static final int PUT_TRIES = 5;

  private final ManageRelay relay;

  RelayRoutes(ManageRelay relay) {
    this.relay = relay;
  }

  List<Route> routes() {
    return List.of(
        Route.of("GET", PATH, (request, path) -> show(relay.look().settings())),
        Route.of("PUT", PATH, (request, path) -> put(request)),
        Route.of("PATCH", PATH, (request, path) -> patch(request)),
        Route.of("DELETE", PATH, (request, path) -> reset()),
        Route.of(
            "POST", PATH + "/explain", (request, path) -> explain(Members.of(request, QUESTION))));
  }

  private Response put(Request request) throws IOException, Refusal {
    for (int tries = 1; ; tries++) {
      ManageRelay.Seen seen = relay.look();
      checkUnchanged(request, seen);
      Outcome<RelaySettings> outcome =
          replace(
              seen, Members.of(request, RelayMembers.ALL)); // passwords are kept from what is there
      if (!(outcome instanceof Outcome.Conflict) || isConditional(request) || tries == PUT_TRIES) {
        return replaced(request, outcome);
      }
    }
  }

  private Outcome<RelaySettings> replace(ManageRelay.Seen seen, Members members)
      throws IOException, Refusal {
    SmartHostLogins logins = relay.logins(seen);
    RelaySettings settings = RelayMembers.read(members, logins);
    members.check();
    return relay.replace(seen, settings, logins);
  }

  /** A change in part is made from what is there, so it never undoes another's unseen. */
  private Response patch(Request request) throws IOException, Refusal {
    ManageRelay.Seen seen = relay.look();
    checkUnchanged(request, seen);
    Map<String, Object> shown = RelayJson.show(seen.settings());
    Members patch = Members.patched(request, Map.of(), RelayMembers.ALL);
    Members members =
        Members.patched(request, SmartHostMembers.beforePatch(shown, patch), RelayMembers.ALL);
    return replaced(request, replace(seen, members));
  }

  private static boolean isConditional(Request request) {
    return request.header(IF_MATCH).filter(tags -> !tags.equals("*")).isPresent();
  }

  /** RFC 9110 section 13.1.1. */
  private static void checkUnchanged(Request request, ManageRelay.Seen seen) throws Refusal {
    if (isConditional(request)
        && Arrays.stream(request.header(IF_MATCH).orElseThrow().split(","))
            .noneMatch(tag -> tag.strip().equals(tag(seen.version())))) {
      throw new Refusal(Problem.preconditionFailed("the relay settings are not those any more"));
    }
  }

  private static Response replaced(Request request, Outcome<RelaySettings> outcome) throws Refusal {
    if (outcome instanceof Outcome.Conflict<RelaySettings>(String why) && isConditional(request)) {
      throw new Refusal(Problem.preconditionFailed(why));
    }
    return show(Answers.found(outcome));
  }

  private static Response show(RelaySettings settings) {
    return Response.json(200, RelayJson.show(settings))
        .with("etag", tag(RelayJson.version(settings)));
  }

  private static String tag(String version) {
    return '"' + version + '"';
  }

  private Response reset() throws IOException {
    relay.reset();
    return Response.noContent();
  }

  private Response explain(Members members) throws IOException, Refusal {
    Optional<String> client =
        members.parsed(
            "client",
            "an IP address",
            text ->
                text.indexOf('/') < 0 && Network.parse(text).isPresent()
                    ? Optional.of(text)
                    : Optional.empty());
    Optional<EmailAddress> login =
        members.parsed("login", "an e-mail address", EmailAddress::parse);
    Optional<EmailAddress> to = members.parsed("to", "an e-mail address", EmailAddress::parse);
    boolean nullSender =
        members.text("from").filter(text -> text.isEmpty() || text.equals("<>")).isPresent();
    Optional<EmailAddress> from =
        nullSender
            ? Optional.empty()
            : members.parsed("from", "an e-mail address", EmailAddress::parse);
    members.required("client");
    members.required("to");
    members.check();
    return Response.json(
        200, render(relay.explain(client.orElseThrow(), login, from, to.orElseThrow())));
  }

  private static Map<String, Object> render(RecipientAnswer answer) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("accepted", answer.accepted());
    fields.put("rule", answer.rule());
    fields.put("reply", answer.reply().toString());
    return fields;
  }
}
