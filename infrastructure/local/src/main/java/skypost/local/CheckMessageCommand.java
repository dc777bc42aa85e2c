package skypost.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.auth.CheckMessage;
import skypost.mail.json.Fields;
import skypost.protocol.log.EventLog;

/**
 * {@code check-message}: tells who sent a message, by SPF, DKIM, DMARC and ARC, without any server.
 * With {@code --stdin} it answers JSON requests line by line.
 */
final class CheckMessageCommand {
  static final String NAME = "check-message";
  static final String USAGE =
      NAME
          + " --stdin | "
          + NAME
          + " --ip ADDRESS [--helo NAME] [--from ADDRESS] [--dns HOST:PORT] [--now TIME] [FILE]"
          + "  (see infrastructure/docs/authentication.md)";

  private static final Map<String, String> OPTIONS =
      Map.of("--ip", "ip", "--helo", "helo", "--from", "mailFrom", "--dns", "dns", "--now", "now");

  private final InputStream in;
  private final PrintStream out;
  private final CheckMessage check = new CheckMessage(Clock.systemUTC(), "localhost");

  CheckMessageCommand(InputStream in, PrintStream out) {
    this.in = in;
    this.out = out;
  }

  /**
   * Runs.
   *
   * @return the exit code: 1 when the question could not be answered, 2 when it was called wrongly
   */
  int run(List<String> arguments) throws IOException {
    if (arguments.equals(List.of("--stdin"))) {
      lines();
      return 0;
    }
    Optional<Map<String, Object>> request = request(arguments);
    if (request.isEmpty()) {
      say(USAGE);
      return 2;
    }
    String answer = answer(Fields.string(request.get()));
    say(answer);
    return Fields.read(answer).has("error") ? 1 : 0;
  }

  private static Optional<Map<String, Object>> request(List<String> arguments) throws IOException {
    Map<String, Object> request = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (OPTIONS.containsKey(argument) && i + 1 < arguments.size()) {
        request.put(OPTIONS.get(argument), arguments.get(++i));
      } else if (argument.startsWith("-") || request.containsKey("message")) {
        return Optional.empty();
      } else {
        byte[] octets = Files.readAllBytes(Path.of(argument));
        request.put("message", Base64.getEncoder().encodeToString(octets));
      }
    }
    return request.containsKey("ip") ? Optional.of(request) : Optional.empty();
  }

  private void lines() throws IOException {
    var requests = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      if (!line.isBlank()) {
        say(answer(line));
      }
    }
  }

  /** A fault of ours in one request is told on stderr too, and ends nothing. */
  private String answer(String line) throws IOException {
    try {
      return check.answer(line);
    } catch (RuntimeException fault) {
      EventLog.error("check-message").cause(fault).write();
      return Fields.string(Map.of("error", Map.of("message", "failed: " + fault)));
    }
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
