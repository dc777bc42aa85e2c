package skypost.mail.sieve;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.json.Fields;
import skypost.mail.message.MessageSource;
import skypost.mail.sieve.compile.ScriptCompiler;
import skypost.mail.sieve.compile.ScriptCompiler.Compiled;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.mail.sieve.run.Memory;
import skypost.mail.sieve.run.SieveRun;
import skypost.mail.sieve.run.Situation;
import skypost.mail.sieve.script.Script;
import skypost.protocol.address.EmailAddress;

/**
 * Tries one script on one message, in a world that has seen no other: a JSON object in, a JSON
 * object out, as suites of Sieve tests need it.
 */
public final class CheckFilter {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "name", "Skypost", "location", "MDA", "phase", "post", "host", "localhost", "domain", "");

  private final Clock clock;
  private int count;

  public CheckFilter(Clock clock) {
    this.clock = clock;
  }

  /**
   * Answers a request {@code {"script", "message", "envelope": {"from", "to"}, "mailboxes",
   * "now"}}, of which only the first two must be there.
   *
   * @return one line without its end; a request that is none gets an {@code error} as well
   */
  public String answer(String request) throws IOException {
    count++;
    try {
      return Fields.string(answer(Fields.read(request)));
    } catch (IOException | IllegalArgumentException | DateTimeParseException notARequest) {
      String reason = String.valueOf(notARequest.getMessage()).lines().findFirst().orElse("");
      return Fields.string(error(0, 0, "not a request: " + reason));
    }
  }

  private Map<String, Object> answer(Fields request) throws IOException {
    String script = request.text("script");
    return switch (ScriptCompiler.compile(script)) {
      case Compiled.Refused(List<ScriptError> errors) -> error(errors.getFirst());
      case Compiled.Ready(Script ready) ->
          Answers.of(SieveRun.run(ready, situation(request), Memory.EMPTY));
    };
  }

  private Situation situation(Fields request) throws IOException {
    byte[] message = Base64.getMimeDecoder().decode(request.text("message"));
    Optional<EmailAddress> from = Optional.empty();
    Optional<EmailAddress> to = Optional.empty();
    if (request.has("envelope")) {
      from = address(request.object("envelope"), "from");
      to = address(request.object("envelope"), "to");
    }
    Set<String> mailboxes =
        request.has("mailboxes") ? Set.copyOf(request.texts("mailboxes")) : Set.of();
    Instant now = request.optionalText("now").map(Instant::parse).orElseGet(clock::instant);
    var host = new Situation.Host("localhost", "check-filter." + count, ENVIRONMENT);
    return new Situation(MessageSource.of(message), from, to, Set.of(), mailboxes, now, host);
  }

  /**
   * Angle brackets may stand around it, and a route before it (RFC 5228 section 5.4 drops it); what
   * is no address is as good as none.
   */
  private static Optional<EmailAddress> address(Fields envelope, String key) {
    return envelope
        .optionalText(key)
        .flatMap(text ->
            EmailAddress.parse(text.strip().replaceAll("^<|>$", "").replaceAll("^@[^:]*:", "")));
  }

  private static Map<String, Object> error(ScriptError error) {
    return error(error.at().line(), error.at().column(), error.message());
  }

  private static Map<String, Object> error(int line, int column, String message) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("line", line);
    error.put("column", column);
    error.put("message", message);
    return Map.of("error", error);
  }
}
