package skypost.local.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One large message, relayed by the local system with a heap of 256 MB from an SMTP client to a
 * smart host; what arrives must be what was sent.
 */
final class LargeMessage {
  private static final String HEAP = "256m";
  private static final int PATIENCE = 300; // s

  private LargeMessage() {}

  static void run(int megabytes, PrintStream out) throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("skypost-bench-");
    long size = (long) megabytes << 20;
    try (DigestingHost host = DigestingHost.start(size * 2)) {
      var settings =
          Map.of(
              "SKYPOST_SMART_HOST",
              "127.0.0.1:" + host.port(),
              "SKYPOST_MAX_MESSAGE_BYTES",
              String.valueOf(size * 2));
      var system =
          Servers.LocalChild.start(
              scratch.resolve("data"), HEAP, settings, scratch.resolve("local.log"));
      try (ChildJvm child = system.child()) {
        relay(system, host, size, out);
        out.printf(
            "most memory the process ever held: %.0f MB; it is %s%n",
            child.tree().peak() / 1024.0, child.isAlive() ? "alive" : "dead");
      }
    } finally {
      SmtpBench.delete(scratch);
    }
  }

  private static void relay(
      Servers.LocalChild system, DigestingHost host, long size, PrintStream out)
      throws IOException, InterruptedException {
    var server = new java.net.InetSocketAddress("127.0.0.1", system.port("smtp"));
    long begun = System.nanoTime();
    String sent;
    try (SmtpTalker talker = new SmtpTalker(server)) {
      talker.send("MAIL FROM:<sender@elsewhere.test>\r\n");
      talker.expect(250);
      talker.send("RCPT TO:<someone@far.example>\r\n");
      talker.expect(250);
      talker.send("DATA\r\n");
      talker.expect(354);
      sent = DigestingHost.send(size, talker);
      talker.send(".\r\n");
      talker.expect(250);
    }
    out.printf(
        "%d MB accepted after %.1f s, -Xmx%s%n",
        size >> 20, (System.nanoTime() - begun) / 1e9, HEAP);
    String arrived = host.digest(PATIENCE, TimeUnit.SECONDS);
    out.printf(
        "relayed after %.1f s: %s%n",
        (System.nanoTime() - begun) / 1e9,
        arrived.equals(sent) ? "octet for octet the same" : "NOT what was sent");
  }
}
