package skypost.mail.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import skypost.mail.auth.spf.SpfCheck;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.auth.spf.SpfVerdict;

/**
 * Case files of SPF: a zone, and under {@code ---} lines {@code result | ip | helo | mail from |
 * explanation}, the last only where a fail has one.
 */
class SpfCasesTest {
  @TestFactory
  Stream<DynamicTest> cases() throws IOException, URISyntaxException {
    Path folder = Path.of(Objects.requireNonNull(getClass().getResource("/auth/spf")).toURI());
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String[] halves = Files.readString(file).split("\n---\n");
        halves[1]
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .forEach(line ->
                tests.add(
                    DynamicTest.dynamicTest(
                        file.getFileName() + ": " + line, () -> run(halves[0], line))));
      }
    }
    assertThat(tests).hasSizeGreaterThan(50);
    return tests.stream();
  }

  private static void run(String zone, String line) {
    String[] columns = line.split("\\|", -1);
    SpfVerdict verdict =
        SpfCheck.check(
            Zone.session(columns[1].strip(), columns[2].strip(), columns[3].strip()),
            Zone.of(zone));

    assertThat(verdict.result().code()).as("%s", verdict).isEqualTo(columns[0].strip());
    if (verdict.result() instanceof SpfResult.Fail(String explanation)) {
      assertThat(explanation).isEqualTo(columns.length > 4 ? columns[4].strip() : "");
    }
  }
}
