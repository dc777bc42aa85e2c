package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DynoxideBinaryTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "Linux,amd64,linux-x64",
    "Linux,aarch64,linux-arm64",
    "Mac OS X,aarch64,darwin-arm64",
    "Windows 11,amd64,win32-x64"
  })
  void platformsAreNamedAsNpmNamesThem(String os, String arch, String expected) {
    assertThat(DynoxideBinary.platform(os, arch)).isEqualTo(expected);
  }

  @Test
  void aGivenProgramMustBeOne() {
    assertThatThrownBy(
            () -> DynoxideBinary.find(Optional.of(folder.resolve("none")), folder, line -> {}))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("SKYPOST_DYNOXIDE");
  }

  @Test
  void whatNpmFetchedOnceIsUsedAgain() throws Exception {
    Path first =
        DynoxideBinary.find(Optional.empty(), DynoxideBinary.userCache(Map.of()), line -> {});
    Path second =
        DynoxideBinary.find(
            Optional.empty(),
            DynoxideBinary.userCache(Map.of()),
            line -> {
              throw new AssertionError("fetched again");
            });
    assertThat(second).isEqualTo(first).isExecutable();
  }
}
