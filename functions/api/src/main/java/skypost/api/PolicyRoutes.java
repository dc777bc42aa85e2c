package skypost.api;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.AdviseDomain;
import skypost.mail.tlspolicy.StsPolicy;
import skypost.protocol.address.Domains;

/**
 * {@code /.well-known/mta-sts.txt}, by the name that was asked: {@code mta-sts.DOMAIN} (RFC 8461
 * section 3.3). Senders have no token.
 */
final class PolicyRoutes {
  private static final String HOST = "mta-sts.";

  private final AdviseDomain domains;

  PolicyRoutes(AdviseDomain domains) {
    this.domains = domains;
  }

  List<Route> routes() {
    return List.of(new Route("GET", "/.well-known/mta-sts.txt", Set.of(), true, this::policy));
  }

  private Response policy(Request request, Route.PathValues path) throws IOException, Refusal {
    String host =
        request.header("host").orElse("").toLowerCase(Locale.ROOT).replaceFirst(":\\d+$", "");
    Optional<String> domain =
        host.startsWith(HOST) ? Domains.parse(host.substring(HOST.length())) : Optional.empty();
    if (domain.isEmpty()) {
      throw new Refusal(Problem.notFound("policy at this name"));
    }
    StsPolicy policy = Answers.found(domains.policy(domain.get()));
    return new Response(
        200, Map.of("content-type", "text/plain", "cache-control", "max-age=3600"), policy.file());
  }
}
