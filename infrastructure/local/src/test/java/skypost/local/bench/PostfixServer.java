package skypost.local.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A Postfix of the machine's packages, with settings and queue in a folder of its own, listening on
 * the loopback address. It takes mail for one domain and hands it to its discard transport: the
 * full way of a message, without a disk at the end. Wants root, as Postfix does.
 */
final class PostfixServer {
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
      discard unix - - n - - discard
      anvil unix - - n - 1 anvil
      tlsmgr unix - - n 1000? 1 tlsmgr
      postlog unix-dgram n - n - 1 postlogd
      """;

  private PostfixServer() {}

  /** Starts one. @throws IOException when there is none on this machine, or it cannot start */
  static Server start(Path folder) throws IOException {
    int port = freePort();
    Path settings = Files.createDirectories(folder.resolve("etc"));
    Path queue = Files.createDirectories(folder.resolve("spool"));
    Path data = Files.createDirectories(folder.resolve("data"));
    run("chown", "postfix", data.toString());
    run("chmod", "-R", "a+rX", folder.toString(), folder.getParent().toString());
    Files.writeString(
        settings.resolve("main.cf"),
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
                "mynetworks = 192.0.2.0/24", // nobody here: it must decide as for a stranger
                "relay_domains = " + Servers.DOMAIN,
                "relay_transport = discard:",
                "smtpd_relay_restrictions = reject_unauth_destination",
                "message_size_limit = 209715200",
                "default_process_limit = 200",
                "smtpd_client_connection_count_limit = 0",
                "")
            .stream()
            .reduce("", (text, line) -> text + line + "\n"),
        StandardCharsets.US_ASCII);
    Files.writeString(settings.resolve("master.cf"), MASTER.formatted("127.0.0.1:" + port));
    run("postfix", "-c", settings.toString(), "start");
    long master = Long.parseLong(Files.readString(queue.resolve("pid/master.pid")).trim());
    return new Server(
        "Postfix",
        new InetSocketAddress("127.0.0.1", port),
        Optional.of(new ProcessTree(master)),
        false,
        () -> run("postfix", "-c", settings.toString(), "stop"));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress("127.0.0.1", 0));
      return socket.getLocalPort();
    }
  }

  private static void run(String... command) throws IOException {
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
}
