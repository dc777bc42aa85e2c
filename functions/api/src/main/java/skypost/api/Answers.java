package skypost.api;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import skypost.mail.admin.Outcome;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.SmartHost;
import skypost.mail.queue.Destination;
import skypost.protocol.address.Domains;
import skypost.protocol.address.EmailAddress;

/** Outcomes as HTTP says them, and the parts of a path as our words. */
final class Answers {
  /** Others are in between reading and writing now and then. */
  private static final int CHANGE_TRIES = 5;

  private Answers() {}

  /** The thing itself, or why not. */
  static <T> Response of(
      Request request, Outcome<T> outcome, Function<T, Map<String, Object>> render) throws Refusal {
    Map<String, Object> fields = render.apply(found(outcome));
    return outcome instanceof Outcome.Created<T>
        ? Response.json(201, fields).with("location", request.path())
        : Response.json(200, fields);
  }

  /** A change in part, made from what is there. */
  @FunctionalInterface
  interface Change<T> {
    Outcome<T> make() throws IOException, Refusal;
  }

  /** Makes a change, and makes it anew from what others have changed meanwhile. */
  static <T> Outcome<T> changed(Change<T> change) throws IOException, Refusal {
    for (int tries = 1; ; tries++) {
      Outcome<T> outcome = change.make();
      if (!(outcome instanceof Outcome.Conflict) || tries == CHANGE_TRIES) {
        return outcome;
      }
    }
  }

  /** 204 once it is gone, or why not. */
  static <T> Response gone(Outcome<T> outcome) throws Refusal {
    found(outcome);
    return Response.noContent();
  }

  /** The thing that was found; a refusal where there is none. */
  static <T> T found(Outcome<T> outcome) throws Refusal {
    return switch (outcome) {
      case Outcome.Created<T>(T thing) -> thing;
      case Outcome.Done<T>(T thing) -> thing;
      case Outcome.Missing<T>(String what) -> throw new Refusal(Problem.notFound(what));
      case Outcome.Conflict<T>(String why) -> throw new Refusal(Problem.conflict(why));
      case Outcome.Invalid<T>(String field, String why) -> throw refused(field, why);
    };
  }

  /** The address in a path, in the form in which the directory keeps it. */
  static EmailAddress address(Route.PathValues path) throws Refusal {
    return EmailAddress.parse(path.get("address"))
        .map(EmailAddress::canonical)
        .orElseThrow(() -> refused("address", "not an e-mail address"));
  }

  /** The domain in a path. */
  static String domain(Route.PathValues path) throws Refusal {
    return domain(path.get("domain"));
  }

  /** A destination in a path: a domain, or a smart host as destinations are named. */
  static String destination(Route.PathValues path) throws Refusal {
    String text = path.get("destination");
    if (!Destination.isSmartHost(text)) {
      return domain(text);
    }
    int server = text.lastIndexOf('@') + 1;
    return HostPort.parse(text.substring(server), SmartHost.SUBMISSIONS_PORT)
        .map(host -> text.substring(0, server) + host.toString().toLowerCase(Locale.ROOT))
        .orElseThrow(() -> refused("destination", "neither a domain name nor a smart host"));
  }

  /** The domain in a query. */
  static Optional<String> domain(Request request) throws Refusal {
    Optional<String> given = request.parameter("domain");
    return given.isPresent() ? Optional.of(domain(given.get())) : Optional.empty();
  }

  private static String domain(String text) throws Refusal {
    return Domains.parse(text)
        .filter(domain -> !domain.startsWith("["))
        .orElseThrow(() -> refused("domain", "not a domain name"));
  }

  static Refusal refused(String field, String why) {
    return new Refusal(Problem.badFields(List.of(new Problem.FieldError(field, why))));
  }
}
