package skypost.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The local system in a JVM of its own, on free ports unless told otherwise. */
final class RunningMain implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile("(\\w+)=(\\d+)");

  final Process process;
  private final List<String> said = new ArrayList<>();
  private final CompletableFuture<List<String>> complaints;

  private RunningMain(Process process) {
    this.process = process;
    this.complaints =
        CompletableFuture.supplyAsync(
            () -> process.errorReader().lines().toList(), task -> Thread.ofVirtual().start(task));
  }

  static RunningMain start(Path data, Map<String, String> settings, String... arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    Map<String, String> environment = new HashMap<>(Map.of("SKYPOST_DATA", data.toString()));
    for (String port : List.of("SMTP", "SUBMISSION", "SUBMISSIONS", "POP3", "POP3S", "API")) {
      environment.put("SKYPOST_PORT_" + port, "0");
    }
    environment.putAll(settings);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("SKYPOST_") || name.startsWith("AWS_"));
    builder.environment().putAll(environment);
    return new RunningMain(builder.start());
  }

  /** Waits for the line that says ready. @return the ports by name */
  Map<String, Integer> ready() throws IOException {
    BufferedReader out = process.inputReader();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.add(line);
      if (line.startsWith("skypost ready ")) {
        Map<String, Integer> ports = new HashMap<>();
        Matcher matcher = PORT.matcher(line);
        while (matcher.find()) {
          ports.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
        }
        return ports;
      }
    }
    throw new IOException("it never was ready: " + said + complaints.join());
  }

  /** What stood on stdout until it was ready. */
  List<String> said() {
    return said;
  }

  /** What stood on stderr; waits for the end. */
  List<String> complaints() {
    return complaints.join();
  }

  int exitStatus() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
