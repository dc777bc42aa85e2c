package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.ManageRelay;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelaySettings;
import skypost.protocol.address.EmailAddress;

/** {@code /v1/relay}. */
final class RelayRoutes {
  private static final int SMTP_PORT = 25;
  private static final int MAX_NETWORKS = 1000;
  private static final Set<String> MEMBERS = Set.of("trustedNetworks", "smartHost");
  private static final Set<String> QUESTION = Set.of("client", "login", "from", "to");

  private final ManageRelay relay;

  RelayRoutes(ManageRelay relay) {
    this.relay = relay;
  }

  List<Route> routes() {
    return List.of(
        Route.of(
            "GET", "/v1/relay", (request, path) -> Response.json(200, render(relay.settings()))),
        Route.of("PUT", "/v1/relay", (request, path) -> put(Members.of(request, MEMBERS))),
        Route.of(
            "PATCH",
            "/v1/relay",
            (request, path) -> put(Members.patched(request, render(relay.settings()), MEMBERS))),
        Route.of("DELETE", "/v1/relay", (request, path) -> reset()),
        Route.of(
            "POST",
            "/v1/relay/explain",
            (request, path) -> explain(Members.of(request, QUESTION))));
  }

  private Response put(Members members) throws IOException, Refusal {
    List<Network> networks =
        members.has("trustedNetworks")
            ? members.list(
                "trustedNetworks", "a network such as 192.0.2.0/24", MAX_NETWORKS, Network::parse)
            : RelaySettings.DEFAULT.trustedNetworks();
    if (networks.stream().anyMatch(network -> network.prefix() == 0)) {
      members.error("trustedNetworks", "to trust everybody would make an open relay");
    }
    Optional<HostPort> smartHost =
        members.parsed("smartHost", "host:port", text -> HostPort.parse(text, SMTP_PORT));
    members.check();
    return Response.json(200, render(relay.put(new RelaySettings(networks, smartHost))));
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

  private static Map<String, Object> render(RelaySettings settings) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(
        "trustedNetworks", settings.trustedNetworks().stream().map(Network::toString).toList());
    settings.smartHost().ifPresent(host -> fields.put("smartHost", host.toString()));
    return fields;
  }

  private static Map<String, Object> render(RecipientAnswer answer) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("accepted", answer.accepted());
    fields.put("rule", answer.rule());
    fields.put("reply", answer.reply().toString());
    return fields;
  }
}
