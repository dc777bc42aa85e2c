package skypost.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A DynamoDB endpoint on this machine: dynoxide as a child process, its items in an SQLite file
 * that survives {@code kill -9}.
 */
final class EmbeddedDynamoDb implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PROBE_PAUSE = Duration.ofMillis(5);

  private final URI endpoint;
  private final ChildProcess process;

  private EmbeddedDynamoDb(URI endpoint, ChildProcess process) {
    this.endpoint = endpoint;
    this.process = process;
  }

  /**
   * Starts serving, and returns when it answers.
   *
   * @param program dynoxide
   * @param folder where the items lie; made when it is not there
   * @param port on 127.0.0.1; 0 for any
   */
  static EmbeddedDynamoDb start(Path program, Path folder, int port) throws IOException {
    Files.createDirectories(folder);
    int bound = FreePort.orFree(port);
    String database = folder.toAbsolutePath().resolve("items.sqlite").toString();
    List<String> command =
        List.of(
            program.toAbsolutePath().toString(),
            "--host",
            "127.0.0.1",
            "--port",
            Integer.toString(bound),
            "--db-path",
            database);
    ChildProcess process = ChildProcess.start(command, folder);
    try {
      awaitListening(process, bound, folder);
    } catch (IOException failed) {
      process.close();
      throw failed;
    }
    return new EmbeddedDynamoDb(URI.create("http://127.0.0.1:" + bound), process);
  }

  private static void awaitListening(ChildProcess process, int port, Path folder)
      throws IOException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        String said = Files.readString(folder.resolve("log")).strip().replace('\n', ' ');
        throw new CannotStart("dynoxide ended at once: " + said);
      }
      try (var socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
        return;
      } catch (IOException notYet) {
        LockSupport.parkNanos(PROBE_PAUSE.toNanos());
      }
    }
    throw new CannotStart("dynoxide did not listen within " + START_TIMEOUT.toSeconds() + " s");
  }

  URI endpoint() {
    return endpoint;
  }

  /** The child process, for those who want to know when it ends. */
  ChildProcess process() {
    return process;
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
