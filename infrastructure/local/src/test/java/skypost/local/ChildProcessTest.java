package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChildProcessTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aChildDoesNotOutliveAKilledParent(boolean kernel) throws Exception {
    Optional<Path> setpriv =
        Optional.of(Path.of("/usr/bin/setpriv")).filter(Files::isExecutable).filter(_ -> kernel);
    Process parent =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                folder.toString(),
                setpriv.map(Path::toString).orElse(""))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = parent.inputReader()) {
      long direct = Long.parseLong(out.readLine());
      ProcessHandle child = ProcessHandle.of(direct).orElseThrow();
      List<ProcessHandle> all =
          java.util.stream.Stream.concat(java.util.stream.Stream.of(child), child.descendants())
              .toList();
      assertThat(all).allMatch(ProcessHandle::isAlive);

      parent.destroyForcibly().waitFor();

      for (ProcessHandle handle : all) {
        handle.onExit().get(20, TimeUnit.SECONDS);
      }
    }
  }

  /** Starts a child that would run for ever, and says its process id. */
  static final class Parent {
    public static void main(String[] arguments) throws Exception {
      Optional<Path> setpriv =
          Optional.of(arguments[1]).filter(text -> !text.isEmpty()).map(Path::of);
      ChildProcess child =
          ChildProcess.start(List.of("/bin/sleep", "1000"), Path.of(arguments[0]), setpriv);
      System.out.println(child.pid());
      Thread.currentThread().join();
    }
  }
}
