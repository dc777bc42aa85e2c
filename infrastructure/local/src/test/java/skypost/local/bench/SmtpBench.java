package skypost.local.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * Accept rate, latency and CPU per message for every number of sessions and size. The servers take
 * turns, so that what else runs on the machine disturbs all of them alike; medians are told.
 */
final class SmtpBench {
  private static final Load WARM_UP = new Load(8, 4096, 100);
  private static final Duration WARM_UP_TIME =
      Duration.ofSeconds(15); // most of what the compilers do is done by then
  private static final int IDLE = 100; // connections whose memory is measured
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final int LOOKS = 480;

  private final BenchOptions options;
  private final PrintStream out;

  /** One turn: what was taken, and the CPU time it took until the server was at rest again. */
  private record Turn(Load.Taken taken, Optional<Duration> accepting, Optional<Duration> all) {
    double cpu(Optional<Duration> time) {
      return time.map(spent -> spent.toNanos() / 1e3 / taken.messages()).orElse(Double.NaN);
    }
  }

  SmtpBench(BenchOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  void run() throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("skypost-bench-");
    List<Server> servers = new ArrayList<>();
    try {
      Servers ours = new Servers(scratch);
      for (String name : options.servers()) {
        servers.add(ours.start(name));
      }
      options.other().ifPresent(address -> servers.add(other(address)));
      out.printf("%-20s %9s %12s  (KiB)%n", "server", "at rest", "a connection");
      for (Server server : servers) {
        warmUp(server);
        out.println(memory(server));
      }
      out.printf(
          "%n%-20s %4s %6s %9s %8s %8s %8s %8s %10s %10s%n",
          "server",
          "sess",
          "size",
          "msg/s",
          "p50 ms",
          "p90 ms",
          "p99 ms",
          "max ms",
          "µs accept",
          "µs all");
      for (int size : options.sizes()) {
        for (int sessions : options.sessions()) {
          compare(servers, new Load(sessions, size, options.perConnection()));
        }
      }
    } finally {
      for (Server server : servers) {
        server.close();
      }
      delete(scratch);
    }
  }

  private Server other(java.net.InetSocketAddress address) {
    Optional<ProcessTree> tree =
        options.pid().isPresent()
            ? Optional.of(new ProcessTree(options.pid().getAsLong()))
            : Optional.empty();
    return new Server(
        address.getHostString() + ":" + address.getPort(), address, tree, false, () -> {});
  }

  private void warmUp(Server server) throws IOException, InterruptedException {
    WARM_UP.run(server.address(), server.java() ? WARM_UP_TIME : WARM_UP_TIME.dividedBy(5));
    if (server.processes().isPresent()) {
      rest(server.processes().get());
    }
  }

  private void compare(List<Server> servers, Load load) throws IOException, InterruptedException {
    List<List<Turn>> turns = new ArrayList<>();
    servers.forEach(_ -> turns.add(new ArrayList<>()));
    for (int round = 0; round < options.rounds(); round++) {
      for (int i = 0; i < servers.size(); i++) {
        turns.get(i).add(turn(servers.get(i), load));
      }
    }
    for (int i = 0; i < servers.size(); i++) {
      out.println(row(servers.get(i), load, turns.get(i)));
    }
  }

  private Turn turn(Server server, Load load) throws IOException, InterruptedException {
    Optional<ProcessTree> tree = server.processes();
    Duration before = cpu(tree);
    Load.Taken taken = load.run(server.address(), Duration.ofSeconds(options.seconds()));
    Duration accepted = cpu(tree);
    Duration rested = tree.isPresent() ? rest(tree.get()) : Duration.ZERO;
    return new Turn(
        taken, tree.map(_ -> accepted.minus(before)), tree.map(_ -> rested.minus(before)));
  }

  /** Waits until a server has delivered what it accepted: it must not run into another's turn. */
  private static Duration rest(ProcessTree tree) throws IOException, InterruptedException {
    Duration last = tree.cpu();
    int quiet = 0;
    for (int look = 0; look < LOOKS && quiet < 2; look++) {
      Thread.sleep(LOOK);
      Duration now = tree.cpu();
      quiet = now.minus(last).compareTo(LOOK.dividedBy(10)) <= 0 ? quiet + 1 : 0;
      last = now;
    }
    return last;
  }

  private static Duration cpu(Optional<ProcessTree> tree) throws IOException {
    return tree.isPresent() ? tree.get().cpu() : Duration.ZERO;
  }

  private static String row(Server server, Load load, List<Turn> turns) {
    Histogram latency = new Histogram(3);
    turns.forEach(turn -> latency.add(turn.taken().latency()));
    return "%-20s %4d %6s %9.0f %8.2f %8.2f %8.2f %8.1f %10.0f %10.0f"
        .formatted(
            server.name(),
            load.sessions(),
            BenchOptions.size(load.size()),
            median(turns.stream().map(turn -> turn.taken().rate()).toList()),
            latency.getValueAtPercentile(50) / 1e3,
            latency.getValueAtPercentile(90) / 1e3,
            latency.getValueAtPercentile(99) / 1e3,
            latency.getMaxValue() / 1e3,
            median(turns.stream().map(turn -> turn.cpu(turn.accepting())).toList()),
            median(turns.stream().map(turn -> turn.cpu(turn.all())).toList()));
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** What idle connections cost: live heap of a Java process, else memory of all processes. */
  private static String memory(Server server) throws IOException {
    if (server.processes().isEmpty()) {
      return "%-20s %9s %12s".formatted(server.name(), "?", "?");
    }
    ProcessTree tree = server.processes().get();
    long atRest = tree.memory();
    long before = held(server, tree);
    List<SmtpTalker> idle = new ArrayList<>();
    try {
      for (int i = 0; i < IDLE; i++) {
        idle.add(new SmtpTalker(server.address()));
      }
      long after = held(server, tree);
      return "%-20s %9d %12.1f".formatted(server.name(), atRest, (after - before) / 1024.0 / IDLE);
    } finally {
      for (SmtpTalker talker : idle) {
        talker.close();
      }
    }
  }

  private static long held(Server server, ProcessTree tree) throws IOException {
    return server.java() ? ChildJvm.liveHeap(tree.root()) : tree.memory() * 1024;
  }

  static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
