package skypost.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that does not outlive this one, not even when this one is killed.
 *
 * <p>Where {@code setpriv} exists (Linux) the kernel sees to it. The kernel's signal comes when the
 * <em>thread</em> that started the process ends, so a thread of its own starts it and waits for it.
 * Elsewhere a shell holds the other end of a pipe that only this process holds open, and kills the
 * child when the pipe ends.
 */
final class ChildProcess implements AutoCloseable {
  private static final String WATCHDOG =
      "exec 3<&0; \"$@\" 3<&- </dev/null & child=$!; (cat <&3 >/dev/null; kill -9 $child 2>/dev/null) & wait $child";

  private final Process process;
  private final Path pidFile;

  private ChildProcess(Process process, Path pidFile) {
    this.process = process;
    this.pidFile = pidFile;
  }

  /**
   * Starts a program.
   *
   * @param command the program's path and its arguments
   * @param folder holds its log and the file by which a leftover of an earlier run is recognised
   *     and ended
   */
  static ChildProcess start(List<String> command, Path folder) throws IOException {
    return start(command, folder, setpriv());
  }

  /**
   * @param setpriv where that program is; empty: do with a shell
   */
  static ChildProcess start(List<String> command, Path folder, Optional<Path> setpriv)
      throws IOException {
    Path pidFile = folder.resolve("pid");
    endLeftover(pidFile, Path.of(command.getFirst()).toRealPath().toString());
    List<String> whole = new ArrayList<>();
    if (setpriv.isPresent()) {
      whole.addAll(List.of(setpriv.get().toString(), "--pdeathsig", "KILL"));
    } else {
      whole.addAll(List.of("sh", "-c", WATCHDOG, "watchdog"));
    }
    whole.addAll(command);
    var builder = new ProcessBuilder(whole);
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
    Process process = startOnLastingThread(builder);
    Files.writeString(pidFile, Long.toString(process.pid()));
    return new ChildProcess(process, pidFile);
  }

  private static Optional<Path> setpriv() {
    return Stream.of("/usr/bin/setpriv", "/bin/setpriv")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Process startOnLastingThread(ProcessBuilder builder) throws IOException {
    var started = new CompletableFuture<Process>();
    Runnable startAndWait =
        () -> {
          try {
            Process process = builder.start();
            started.complete(process);
            waitUninterruptibly(process);
          } catch (IOException fault) {
            started.completeExceptionally(fault);
          }
        };
    Thread.ofPlatform()
        .daemon()
        .name("keeper of " + builder.command().getLast())
        .start(startAndWait);
    try {
      return started.get();
    } catch (ExecutionException fault) {
      throw new IOException("cannot run " + builder.command(), fault.getCause());
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      started.thenAccept(Process::destroyForcibly);
      throw new IOException("interrupted while starting " + builder.command(), stop);
    }
  }

  private static void waitUninterruptibly(Process process) {
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException ignored) {
        // only the end of the process ends this thread
      }
    }
  }

  /**
   * A kill between the start of the program and its promise to die with us could leave it running.
   */
  private static void endLeftover(Path pidFile, String program) throws IOException {
    if (!Files.exists(pidFile)) {
      return;
    }
    try {
      long pid = Long.parseLong(Files.readString(pidFile, StandardCharsets.US_ASCII).strip());
      ProcessHandle.of(pid)
          .filter(handle -> handle.info().command().filter(program::equals).isPresent())
          .ifPresent(handle -> {
            handle.destroyForcibly();
            handle.onExit().orTimeout(5, TimeUnit.SECONDS).join();
          });
    } catch (NumberFormatException halfWritten) {
      // then there is nothing to recognise a process by
    }
    Files.deleteIfExists(pidFile);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  CompletableFuture<Process> onExit() {
    return process.onExit();
  }

  long pid() {
    return process.pid();
  }

  /** Ends it, gently first. */
  @Override
  public void close() throws IOException {
    List<ProcessHandle> children = process.descendants().toList();
    try {
      process.getOutputStream().close(); // the watchdog's sign
      process.destroy();
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException stop) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
    Files.deleteIfExists(pidFile);
  }
}
