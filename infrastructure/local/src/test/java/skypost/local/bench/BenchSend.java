package skypost.local.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import skypost.local.BenchEmbeddedSender;
import skypost.local.BenchMail;
import skypost.local.BenchMemorySender;
import skypost.local.BenchSender;
import skypost.mail.directory.HostPort;

/**
 * SendFunction as a process. It does what it is told on its standard input, and answers with one
 * line when it has done so.
 */
final class BenchSend {
  private BenchSend() {}

  /**
   * Says {@code ready}, and serves {@code prepare MESSAGES SIZE DESTINATIONS}, {@code send} and
   * {@code costs} until its standard input ends.
   *
   * @param arguments the sink as host:port, invocations at once, and with embedded endpoints a
   *     folder for their state
   */
  public static void main(String[] arguments) throws Exception {
    HostPort sink = HostPort.parse(arguments[0], 25).orElseThrow();
    int invocations = Integer.parseInt(arguments[1]);
    try (BenchSender sender =
        arguments.length == 2
            ? new BenchMemorySender(sink, invocations)
            : new BenchEmbeddedSender(Path.of(arguments[2]), sink, invocations)) {
      serve(sender);
    }
    System.exit(0);
  }

  private static void serve(BenchSender sender) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    System.out.println("ready");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "prepare" -> {
          sender.prepare(
              new BenchMail(
                  Integer.parseInt(words[1]),
                  Integer.parseInt(words[2]),
                  Integer.parseInt(words[3])));
          System.out.println("prepared");
        }
        case "send" -> {
          sender.send();
          System.out.println("sent");
        }
        case "costs" -> System.out.println(sender.costs());
        default -> throw new IllegalArgumentException(line);
      }
    }
  }
}
