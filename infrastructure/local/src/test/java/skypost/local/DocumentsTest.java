package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written down beside the code is true of the code. */
class DocumentsTest {
  private static final Path ROOT = root();
  private static final Pattern RFC = Pattern.compile("\\bRFC (\\d{3,5})\\b");
  private static final Pattern RFC_ROW =
      Pattern.compile("(?m)^\\| *(?:RFC )?(\\d{3,5}) *\\|[^|]*\\| *(Yes|Partial|No) *\\|");
  private static final Pattern KEY = Pattern.compile("\\bSKYPOST_[A-Z0-9_]+\\b");
  private static final Pattern DECLARED =
      Pattern.compile("new Setting\\(\\s*\"(SKYPOST_[A-Z0-9_]+)\"");

  /** The first folder upwards that holds template.yaml. */
  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("template.yaml"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  @Test
  void everyRfcThatTheCodeCitesIsInTheList() throws IOException {
    Set<String> listed = all(RFC_ROW, read(ROOT.resolve("infrastructure/docs/rfcs.md")));

    assertThat(listed)
        .as("RFCs in infrastructure/docs/rfcs.md")
        .containsAll(all(RFC, mainSources()));
  }

  @Test
  void everySettingOfTheTemplatesIsDeclaredInCode() throws IOException {
    assertThat(all(DECLARED, mainSources())).containsAll(all(KEY, templates()));
  }

  @Test
  void everySettingThatTheCloudNeedsIsInTheTemplates() throws IOException {
    Set<String> local =
        Set.of("SKYPOST_DATA", "SKYPOST_DYNOXIDE", "SKYPOST_PORT_API", "SKYPOST_VAULT_KEY_FILE");
    Set<String> needed = new TreeSet<>(all(DECLARED, mainSources()));
    needed.removeAll(local);

    assertThat(all(KEY, templates())).containsAll(needed);
  }

  @Test
  void everySettingIsInTheReadme() throws IOException {
    assertThat(all(KEY, read(ROOT.resolve("README.md")))).containsAll(all(DECLARED, mainSources()));
  }

  /** A sample event that no test names is dead; each handler's test runs those with its name. */
  @Test
  void everySampleEventIsRunByTheTestOfItsHandler() throws IOException {
    try (Stream<Path> events = Files.list(ROOT.resolve("events"))) {
      for (Path event : events.toList()) {
        String name = event.getFileName().toString().replaceAll("\\.json$", "");
        String function = name.substring(0, name.indexOf('-'));
        String tests =
            content(path ->
                path.toString().contains("functions/" + function + "/src/test/java")
                    && path.toString().endsWith(".java"));

        assertThat(tests)
            .as("tests of %s", event.getFileName())
            .contains(name.substring(function.length() + 1));
      }
    }
  }

  private static String mainSources() throws IOException {
    return content(
        path -> path.toString().contains("src/main/java") && path.toString().endsWith(".java"));
  }

  private static String templates() throws IOException {
    return read(ROOT.resolve("template.yaml"))
        + content(path ->
            path.toString().contains("infrastructure/cloud/") && path.toString().endsWith(".yaml"));
  }

  private static String content(java.util.function.Predicate<Path> wanted) throws IOException {
    try (Stream<Path> files =
        Stream.concat(
            Files.walk(ROOT.resolve("functions")), Files.walk(ROOT.resolve("infrastructure")))) {
      return files
          .filter(wanted)
          .filter(path -> !path.toString().contains("/target/"))
          .map(DocumentsTest::read)
          .collect(Collectors.joining("\n"));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  private static Set<String> all(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    Set<String> found = new TreeSet<>();
    while (matcher.find()) {
      found.add(matcher.group(matcher.groupCount() == 0 ? 0 : 1));
    }
    return found;
  }
}
