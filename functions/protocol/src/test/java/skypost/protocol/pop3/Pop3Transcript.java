package skypost.protocol.pop3;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A dialogue in a file. {@code C:} is sent and {@code S:} expected, each with CRLF; {@code c:} is sent with Java escapes and no
 * CRLF of its own; {@code S: <closed>} expects the end; {@code !} makes something happen; {@code ?} looks at the maildrop
 * afterwards; {@code #} is a remark.
 */
record Pop3Transcript(String name, List<Step> steps) {
  sealed interface Step {
    record Send(String bytes) implements Step {}

    record Expect(String line) implements Step {}

    record ExpectClosed() implements Step {}

    record Happen(TestMaildrops.Event event) implements Step {}

    record MessagesLeft(int count) implements Step {}
  }

  static Pop3Transcript read(Path file) throws IOException {
    List<Step> steps = new ArrayList<>();
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        steps.add(step(line));
      }
    }
    return new Pop3Transcript(file.getFileName().toString(), steps);
  }

  private static Step step(String line) {
    String rest = line.length() > 2 ? line.substring(line.indexOf(' ') + 1) : "";
    return switch (line.split(" ")[0]) {
      case "C:" -> new Step.Send(rest + "\r\n");
      case "c:" -> new Step.Send(unescape(rest));
      case "S:" -> rest.equals("<closed>") ? new Step.ExpectClosed() : new Step.Expect(rest);
      case "!" -> new Step.Happen(TestMaildrops.Event.valueOf(rest.toUpperCase(Locale.ROOT).replace('-', '_')));
      case "?" -> new Step.MessagesLeft(Integer.parseInt(rest.replace(" left", "")));
      default -> throw new IllegalArgumentException("not a line of a transcript: " + line);
    };
  }

  /** Java's escapes, and {@code \xN*COUNT} for many. */
  private static String unescape(String text) {
    int times = text.lastIndexOf('*');
    String body = (times < 0 ? text : text.substring(0, times)).replace("\\0", "\0").translateEscapes();
    return times < 0 ? body : body.repeat(Integer.parseInt(text.substring(times + 1)));
  }

  /** Whether everything can be said at once, before the first answer. */
  boolean canBePipelined() {
    return steps.stream().noneMatch(step -> step instanceof Step.Happen);
  }

  @Override
  public String toString() {
    return name;
  }
}
