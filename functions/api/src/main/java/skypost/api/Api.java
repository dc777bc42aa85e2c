package skypost.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import skypost.protocol.log.EventLog;

/** The HTTP API as a function of a request: who may, which route, and every fault as a problem. */
final class Api {
  private static final String SCHEME = "bearer ";

  private final byte[] tokenDigest;
  private final Router router;

  Api(String token, List<Route> routes) {
    if (token.isEmpty()) {
      throw new IllegalArgumentException("an API without a token would be open to everybody");
    }
    this.tokenDigest = digest(token);
    this.router = new Router(routes);
  }

  /** Answers a request, whatever happens. */
  Response answer(Request request) {
    Response response;
    try {
      response = route(request);
    } catch (Refusal refusal) {
      response = refusal.problem().response();
    } catch (IOException | UncheckedIOException fault) {
      EventLog.error("api-fault").with("request", request.id()).cause(fault).write();
      response = Problem.unavailable().response().with("retry-after", "5");
    } catch (RuntimeException fault) {
      EventLog.error("api-bug").with("request", request.id()).cause(fault).write();
      response = Problem.internal().response();
    }
    log(request, response);
    return request.method().equals("HEAD") ? response.withoutBody() : response;
  }

  private Response route(Request request) throws IOException, Refusal {
    Router.Match match = router.match(request.method(), request.path());
    boolean isOpen = match instanceof Router.Match.Found found && found.route().isOpen();
    if (!isOpen
        && !isAuthorized(
            request)) { // before anything else: a stranger learns nothing about what there is
      return Problem.unauthorized()
          .response()
          .with("www-authenticate", "Bearer realm=\"skypost\""); // RFC 6750 section 3
    }
    return switch (match) {
      case Router.Match.Found(Route route, Route.PathValues path) -> {
        checkParameters(request, route);
        yield route.endpoint().answer(request, path);
      }
      case Router.Match.WrongMethod(String allowed) ->
          Problem.methodNotAllowed(request.method()).response().with("allow", allowed);
      case Router.Match.NotFound() -> Problem.notFound("such path").response();
    };
  }

  private static void checkParameters(Request request, Route route) throws Refusal {
    List<Problem.FieldError> errors = new ArrayList<>();
    for (String name : request.query().keySet()) {
      if (!route.parameters().contains(name)) {
        errors.add(new Problem.FieldError(name, "not a parameter of this request"));
      }
    }
    if (!errors.isEmpty()) {
      throw new Refusal(Problem.badFields(errors));
    }
  }

  private boolean isAuthorized(Request request) {
    String given = request.header("authorization").orElse("");
    if (!given
        .toLowerCase(Locale.ROOT)
        .startsWith(SCHEME)) { // RFC 9110 section 11.1: case does not matter
      return false;
    }
    // digests have one length: the time tells nothing about the token
    return MessageDigest.isEqual(digest(given.substring(SCHEME.length()).strip()), tokenDigest);
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }

  /** Only what changes something, or fails, is worth a line. */
  private static void log(Request request, Response response) {
    if (!request.method().equals("GET") || response.status() >= 400) {
      EventLog.info("api")
          .with("request", request.id())
          .with("method", request.method())
          .with("path", request.path())
          .with("status", response.status())
          .write();
    }
  }
}
