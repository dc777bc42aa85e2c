package skypost.local.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A Java process of our own classes. Its log goes to a file; it ends with its standard input. */
final class ChildJvm implements AutoCloseable {
  /** Those of the container (infrastructure/smtp/Dockerfile), and what the libraries need. */
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "--sun-misc-unsafe-memory-access=allow",
          "--enable-native-access=ALL-UNNAMED",
          "-Ddnsjava.nio.selector_timeout=50");

  private static final int LAST_WORDS = 20; // lines

  private final Process process;
  private final String ready;
  private final Path log;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

  private ChildJvm(Process process, String ready, Path log) {
    this.process = process;
    this.ready = ready;
    this.log = log;
  }

  /**
   * Starts one and waits until it is ready.
   *
   * @param heap such as {@code 256m}
   * @param log of its standard error
   * @param command class and arguments
   * @param environment added to ours
   * @param isReady which line on its standard output says so
   */
  static ChildJvm start(
      String heap,
      Path log,
      List<String> command,
      Map<String, String> environment,
      Predicate<String> isReady)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(FLAGS);
    line.add("-Xmx" + heap);
    String more = System.getProperty("skypost.bench.child", "");
    if (!more.isEmpty()) {
      line.addAll(List.of(more.split(" ")));
    }
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(line).redirectError(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String said = out.readLine(); said != null; said = out.readLine()) {
      if (isReady.test(said)) {
        ChildJvm child = new ChildJvm(process, said, log);
        Thread.ofVirtual().start(() -> child.listen(out));
        return child;
      }
    }
    throw new IOException(command.getFirst() + " did not start: see " + log);
  }

  private void listen(BufferedReader out) {
    try {
      out.lines().forEach(said::add);
    } catch (UncheckedIOException ended) {
      return;
    }
  }

  /**
   * Says a line to it and waits for the line that it answers.
   *
   * @throws IOException when it has ended
   */
  String ask(String line) throws IOException, InterruptedException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    while (true) {
      String answer = said.poll(1, TimeUnit.SECONDS);
      if (answer != null) {
        return answer;
      }
      if (!process.isAlive()) {
        throw new IOException("it ended while asked to " + line + "; it said:\n" + lastWords());
      }
    }
  }

  /** The end of its log, which goes away with the folder that it lies in. */
  private String lastWords() throws IOException {
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_WORDS), lines.size()));
  }

  /** The line that said that it is ready. */
  String ready() {
    return ready;
  }

  ProcessTree tree() {
    return new ProcessTree(process.pid());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Octets of live objects, after a full collection. */
  static long liveHeap(long pid) throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process asked =
        new ProcessBuilder(jcmd, String.valueOf(pid), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String total = answer.substring(answer.lastIndexOf("\nTotal") + 1).trim();
    if (!total.startsWith("Total")) {
      throw new IOException("jcmd says: " + answer);
    }
    return Long.parseLong(total.split("\\s+")[2]);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException stop) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
