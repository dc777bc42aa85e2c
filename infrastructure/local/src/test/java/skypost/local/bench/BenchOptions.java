package skypost.local.bench;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import skypost.mail.directory.HostPort;

/**
 * What to measure.
 *
 * @param servers those that are started here, by name
 * @param other a server that runs already
 * @param pid the process of {@code other}
 * @param sessions numbers of concurrent sessions
 * @param sizes octets of a message
 * @param rounds how often each server has its turn
 * @param seconds of a turn
 * @param perConnection messages before a session connects again
 */
record BenchOptions(
    List<String> servers,
    Optional<InetSocketAddress> other,
    OptionalLong pid,
    List<Integer> sessions,
    List<Integer> sizes,
    int rounds,
    int seconds,
    int perConnection) {
  private static final Set<String> SERVERS = Set.of("front", "s3", "local", "postfix");
  private static final Set<String> OPTIONS =
      Set.of(
          "--servers",
          "--target",
          "--pid",
          "--sessions",
          "--sizes",
          "--rounds",
          "--seconds",
          "--per-connection");

  /** Reads arguments. @throws IllegalArgumentException that says what is wrong with them */
  static BenchOptions parse(List<String> arguments) {
    Arguments given = Arguments.parse(arguments, OPTIONS);
    List<String> servers =
        given.words("--servers", "front,s3,local").stream()
            .filter(name -> !name.equals("none"))
            .toList();
    if (!SERVERS.containsAll(servers)) {
      throw new IllegalArgumentException("--servers knows " + SERVERS + " and none");
    }
    return new BenchOptions(
        servers,
        given.text("--target").map(BenchOptions::address),
        given.text("--pid").stream().mapToLong(Long::parseLong).findAny(),
        given.numbers("--sessions", "1,8,32"),
        given.sizes("--sizes", "4K,50K,5M"),
        given.number("--rounds", 3),
        given.number("--seconds", 3),
        given.number("--per-connection", 100));
  }

  private static InetSocketAddress address(String text) {
    HostPort at =
        HostPort.parse(text, 25)
            .orElseThrow(() -> new IllegalArgumentException("--target wants host:port"));
    return new InetSocketAddress(at.host(), at.port());
  }

  /** A size as it was given. */
  static String size(int octets) {
    return octets % (1 << 20) == 0
        ? (octets >> 20) + " MB"
        : octets % (1 << 10) == 0 ? (octets >> 10) + " KB" : octets + " B";
  }
}
