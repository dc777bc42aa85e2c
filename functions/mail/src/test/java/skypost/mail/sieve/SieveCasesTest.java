package skypost.mail.sieve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every folder of {@code src/test/resources/sieve}: a script, a message with bare line feeds, and
 * what must come of it. A {@code request.json} says more about the world. What is not expected is
 * not looked at, so that a case shows its one point.
 */
class SieveCasesTest {
  private static final Path CASES = Path.of("src/test/resources/sieve");

  static Stream<Path> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders.sorted().map(CASES::relativize).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void comesToWhatIsExpected(Path name) throws IOException {
    Path folder = CASES.resolve(name);
    Map<String, Object> request = new HashMap<>();
    request.put("envelope", Map.of("from", "tim@example.com", "to", "me@example.org"));
    request.put("mailboxes", List.of("INBOX", "Work"));
    if (Files.exists(folder.resolve("request.json"))) {
      request.putAll(JSON.std.mapFrom(Files.readString(folder.resolve("request.json"))));
    }
    String message = Files.readString(folder.resolve("message.eml")).replace("\n", "\r\n");
    request.put("script", Files.readString(folder.resolve("script.sieve")));
    request.put("message", encoded(message));

    String line = new CheckFilter(Clock.systemUTC()).answer(JSON.std.asString(request));

    Answer answer = new Answer(JSON.std.mapFrom(line));
    JSON.std
        .mapFrom(Files.readString(folder.resolve("expected.json")))
        .forEach((key, expected) -> answer.check(key, expected));
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(Object base64) {
    return new String(Base64.getDecoder().decode(String.valueOf(base64)), StandardCharsets.UTF_8);
  }

  /** An answer, compared with what is expected of it. */
  private record Answer(Map<String, Object> fields) {
    void check(String key, Object expected) {
      switch (key) {
        case "actions" -> {
          assertThat(fields).doesNotContainKey("error");
          actions(list(expected), list(fields.get("actions")));
        }
        case "sent" -> sent(list(expected), list(fields.get("sent")));
        case "error" -> error(map(expected), map(fields.get("error")));
        case "runtimeError" -> error(map(expected), map(fields.get("runtimeError")));
        case "header" ->
            list(expected)
                .forEach(part ->
                    assertThat(decoded(fields.get("message"))).contains(String.valueOf(part)));
        case "lacks" ->
            list(expected)
                .forEach(part ->
                    assertThat(decoded(fields.get("message")))
                        .doesNotContain(String.valueOf(part)));
        case "edited" ->
            assertThat(
                    list(fields.get("actions")).stream()
                        .map(action -> map(action).containsKey("message"))
                        .toList())
                .isEqualTo(expected);
        default -> throw new IllegalArgumentException("unknown expectation " + key);
      }
    }

    private void actions(List<Object> expected, List<Object> found) {
      List<Object> seen = new ArrayList<>();
      for (int i = 0; i < found.size(); i++) {
        Map<String, Object> action = new HashMap<>(map(found.get(i)));
        if (i < expected.size()) {
          action.keySet().retainAll(map(expected.get(i)).keySet());
        }
        seen.add(action);
      }
      assertThat(seen).as("actions; error: %s", fields.get("runtimeError")).isEqualTo(expected);
    }

    private static void sent(List<Object> expected, List<Object> found) {
      assertThat(found).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        Map<String, Object> wanted = map(expected.get(i));
        Map<String, Object> one = map(found.get(i));
        assertThat(one).containsEntry("from", wanted.get("from"));
        assertThat(one).containsEntry("to", wanted.get("to"));
        String message = decoded(one.get("message"));
        list(wanted.getOrDefault("contains", List.of()))
            .forEach(part -> assertThat(message).contains(String.valueOf(part)));
        list(wanted.getOrDefault("lacks", List.of()))
            .forEach(part -> assertThat(message).doesNotContain(String.valueOf(part)));
      }
    }

    private static void error(Map<String, Object> expected, Map<String, Object> found) {
      assertThat(found).containsEntry("line", expected.get("line"));
      if (expected.containsKey("column")) {
        assertThat(found).containsEntry("column", expected.get("column"));
      }
      assertThat(String.valueOf(found.get("message")))
          .contains(String.valueOf(expected.get("message")));
    }

    private static List<Object> list(Object value) {
      return new ArrayList<>((List<?>) value);
    }

    private static Map<String, Object> map(Object value) {
      assertThat(value).isInstanceOf(Map.class);
      Map<String, Object> map = new HashMap<>();
      ((Map<?, ?>) value).forEach((key, field) -> map.put(String.valueOf(key), field));
      return map;
    }
  }
}
