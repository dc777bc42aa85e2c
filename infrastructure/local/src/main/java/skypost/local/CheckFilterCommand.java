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
import java.util.List;
import java.util.Map;
import skypost.mail.json.Fields;
import skypost.mail.sieve.CheckFilter;
import skypost.mail.sieve.compile.ScriptCompiler;
import skypost.mail.sieve.compile.ScriptCompiler.Compiled;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.protocol.log.EventLog;

/**
 * {@code check-filter}: tells what a Sieve script does, without any server. With {@code --stdin} it
 * answers JSON requests line by line; with files it answers people.
 */
final class CheckFilterCommand {
  static final String NAME = "check-filter";
  static final String USAGE =
      NAME + " --stdin | " + NAME + " SCRIPT [MESSAGE...]  (see infrastructure/docs/filters.md)";

  private final InputStream in;
  private final PrintStream out;
  private final CheckFilter check = new CheckFilter(Clock.systemUTC());

  CheckFilterCommand(InputStream in, PrintStream out) {
    this.in = in;
    this.out = out;
  }

  /**
   * Runs.
   *
   * @return the exit code: 1 when a script has errors, 2 when it was called wrongly
   */
  int run(List<String> arguments) throws IOException {
    if (arguments.equals(List.of("--stdin"))) {
      lines();
      return 0;
    }
    boolean wrong =
        arguments.isEmpty() || arguments.stream().anyMatch(argument -> argument.startsWith("-"));
    if (wrong) {
      out.println(USAGE);
      return 2;
    }
    return files(arguments.stream().map(Path::of).toList());
  }

  /** A fault of ours in one request is told on stderr too, and ends nothing. */
  private void lines() throws IOException {
    var requests = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      if (!line.isBlank()) {
        say(answer(line));
      }
    }
  }

  private String answer(String line) throws IOException {
    try {
      return check.answer(line);
    } catch (RuntimeException fault) {
      EventLog.error("check-filter").cause(fault).write();
      Map<String, Object> error = Map.of("line", 0, "column", 0, "message", "failed: " + fault);
      return Fields.string(Map.of("error", error));
    }
  }

  private int files(List<Path> files) throws IOException {
    Path file = files.getFirst();
    String script = Files.readString(file);
    if (ScriptCompiler.compile(script) instanceof Compiled.Refused(List<ScriptError> errors)) {
      errors.forEach(error -> say(file + ":" + error));
      return 1;
    }
    if (files.size() == 1) {
      say(file + ": no errors");
    }
    for (Path message : files.subList(1, files.size())) {
      tell(message, script);
    }
    return 0;
  }

  private void tell(Path message, String script) throws IOException {
    String octets = Base64.getEncoder().encodeToString(Files.readAllBytes(message));
    Fields answer =
        Fields.read(check.answer(Fields.string(Map.of("script", script, "message", octets))));
    if (answer.has("runtimeError")) {
      Fields error = answer.object("runtimeError");
      say(message + ": fails in line " + error.number("line") + ": " + error.text("message"));
    }
    for (Fields action : answer.objects("actions")) {
      StringBuilder told = new StringBuilder(message + ": " + action.text("type"));
      action.optionalText("mailbox").ifPresent(name -> told.append(" in ").append(name));
      action.optionalText("address").ifPresent(name -> told.append(" to ").append(name));
      if (action.has("flags") && !action.texts("flags").isEmpty()) {
        told.append(" with ").append(String.join(" ", action.texts("flags")));
      }
      action.optionalText("reason").ifPresent(name -> told.append(": ").append(name.strip()));
      if (action.has("message")) {
        told.append(" (edited)");
      }
      say(told.toString());
    }
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
