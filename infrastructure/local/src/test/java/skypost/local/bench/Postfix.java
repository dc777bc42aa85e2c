package skypost.local.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Postfix of the machine's packages, with settings and queue in a folder of its own, listening on
 * the loopback address. Wants root, as Postfix does.
 *
 * @param settings its configuration folder
 * @param queue its queue folder
 * @param address where it takes mail
 * @param processes the master and all that it started
 */
record Postfix(Path settings, Path queue, InetSocketAddress address, ProcessTree processes)
    implements AutoCloseable {
  private static final String MASTER =
      """
      %s inet n - n - - smtpd
      pickup unix n - n 60 1 pickup
      cleanup unix n - n - 0 cleanup
      qmgr unix n - n 300 1 qmgr
      rewrite unix - - n - - trivial-rewrite
      bounce unix - - n - 0 bounce
      defer unix - - n - 0 bounce
      trace unix - - n - 0 bounce
      proxymap unix - - n - - proxymap
      flush unix n - n 1000? 0 flush
      error unix - - n - - error
      retry unix - - n - - error
      smtp unix - - n - - smtp
      scache unix - - n - 1 scache
      discard unix - - n - - discard
      anvil unix - - n - 1 anvil
      tlsmgr unix - - n 1000? 1 tlsmgr
      postlog unix-dgram n - n - 1 postlogd
      """;

  /**
   * Starts one.
   *
   * @param own lines of main.cf, added to what every one of ours has
   * @throws IOException when there is none on this machine, or it cannot start
   */
  static Postfix start(Path folder, List<String> own) throws IOException {
    int port = freePort();
    Path settings = Files.createDirectories(folder.resolve("etc"));
    Path queue = Files.createDirectories(folder.resolve("spool"));
    Path data = Files.createDirectories(folder.resolve("data"));
    run("chown", "postfix", data.toString());
    run("chmod", "-R", "a+rX", folder.toString(), folder.getParent().toString());
    List<String> main =
        new ArrayList<>(
            List.of(
                "compatibility_level = 3.6",
                "queue_directory = " + queue,
                "data_directory = " + data,
                "maillog_file = " + folder.resolve("maillog"),
                "maillog_file_prefixes = " + folder.toAbsolutePath(),
                "inet_interfaces = 127.0.0.1",
                "inet_protocols = ipv4",
                "myhostname = mx.bench.test",
                "mydestination =",
                "alias_maps =",
                "message_size_limit = 209715200",
                "smtpd_client_connection_count_limit = 0"));
    main.addAll(own);
    Files.write(settings.resolve("main.cf"), main, StandardCharsets.US_ASCII);
    Files.writeString(settings.resolve("master.cf"), MASTER.formatted("127.0.0.1:" + port));
    run("postfix", "-c", settings.toString(), "start");
    long master = Long.parseLong(Files.readString(queue.resolve("pid/master.pid")).trim());
    Postfix started =
        new Postfix(
            settings, queue, new InetSocketAddress("127.0.0.1", port), new ProcessTree(master));
    Runtime.getRuntime().addShutdownHook(new Thread(started::stopIfLeft));
    return started;
  }

  /** Unlike our own children, a Postfix outlives a bench that is interrupted. */
  private void stopIfLeft() {
    try {
      if (Files.exists(settings)) { // a bench that ended as it should has removed its folders
        close();
      }
    } catch (IOException fault) {
      System.err.println("Postfix is left running: " + fault.getMessage());
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress("127.0.0.1", 0));
      return socket.getLocalPort();
    }
  }

  /** Runs one of its programs. @throws IOException with what it said, when it failed */
  static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException(stop);
    }
  }

  @Override
  public void close() throws IOException {
    run("postfix", "-c", settings.toString(), "stop");
  }
}
