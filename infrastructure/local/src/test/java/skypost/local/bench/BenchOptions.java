package skypost.local.bench;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
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
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < arguments.size(); i += 2) {
      if (!OPTIONS.contains(arguments.get(i)) || i + 1 == arguments.size()) {
        throw new IllegalArgumentException("not understood: " + arguments.get(i));
      }
      given.put(arguments.get(i), arguments.get(i + 1));
    }
    List<String> servers =
        words(given.getOrDefault("--servers", "front,s3,local"))
            .filter(name -> !name.equals("none"))
            .toList();
    if (!SERVERS.containsAll(servers)) {
      throw new IllegalArgumentException("--servers knows " + SERVERS + " and none");
    }
    return new BenchOptions(
        servers,
        Optional.ofNullable(given.get("--target")).map(BenchOptions::address),
        given.containsKey("--pid")
            ? OptionalLong.of(Long.parseLong(given.get("--pid")))
            : OptionalLong.empty(),
        words(given.getOrDefault("--sessions", "1,8,32")).map(Integer::valueOf).toList(),
        words(given.getOrDefault("--sizes", "4K,50K,5M")).map(BenchOptions::octets).toList(),
        Integer.parseInt(given.getOrDefault("--rounds", "3")),
        Integer.parseInt(given.getOrDefault("--seconds", "3")),
        Integer.parseInt(given.getOrDefault("--per-connection", "100")));
  }

  private static Stream<String> words(String list) {
    return new ArrayList<>(List.of(list.split(","))).stream();
  }

  private static InetSocketAddress address(String text) {
    HostPort at =
        HostPort.parse(text, 25)
            .orElseThrow(() -> new IllegalArgumentException("--target wants host:port"));
    return new InetSocketAddress(at.host(), at.port());
  }

  private static int octets(String size) {
    int factor = size.endsWith("K") ? 1 << 10 : size.endsWith("M") ? 1 << 20 : 1;
    return factor * Integer.parseInt(factor == 1 ? size : size.substring(0, size.length() - 1));
  }

  /** A size as it was given. */
  static String size(int octets) {
    return octets % (1 << 20) == 0
        ? (octets >> 20) + " MB"
        : octets % (1 << 10) == 0 ? (octets >> 10) + " KB" : octets + " B";
  }
}
