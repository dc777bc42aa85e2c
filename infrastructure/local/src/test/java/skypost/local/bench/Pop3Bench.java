package skypost.local.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * RETR of all messages by one client and by eight, logins, and what an idle session costs. The
 * servers take turns; medians are told.
 */
final class Pop3Bench {
  private static final int MESSAGES = 2000;
  private static final int IDLE = 200;
  private static final int ROUNDS = 3;
  private static final double LOGIN_SECONDS = 3;
  private static final Pop3Load ONE = new Pop3Load(1);
  private static final Pop3Load EIGHT = new Pop3Load(8);

  private final List<String> names;
  private final PrintStream out;

  /** One turn of one server. */
  private record Turn(double one, double eight, double cpu, double logins, double loginCpu) {}

  Pop3Bench(List<String> names, PrintStream out) {
    this.names = names;
    this.out = out;
  }

  void run() throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("skypost-bench-");
    List<Server> servers = new ArrayList<>();
    Map<Server, List<Turn>> turns = new LinkedHashMap<>();
    try {
      for (String name : names) {
        servers.add(start(name, scratch));
      }
      for (Server server : servers) {
        turns.put(server, new ArrayList<>());
        EIGHT.retrieveAll(server.address(), MESSAGES); // indexes are written, code is compiled
        EIGHT.retrieveAll(server.address(), MESSAGES);
        EIGHT.logIn(server.address(), LOGIN_SECONDS);
        idle(server);
      }
      for (int round = 0; round < ROUNDS; round++) {
        for (Server server : servers) {
          turns.get(server).add(turn(server));
        }
      }
      out.printf(
          "%-22s %10s %10s %9s %10s %9s%n",
          "server", "RETR/s, 1", "RETR/s, 8", "µs CPU", "logins/s", "µs CPU");
      turns.forEach(this::tell);
    } finally {
      for (Server server : servers) {
        server.close();
      }
      SmtpBench.delete(scratch);
    }
  }

  private static Server start(String name, Path scratch) throws IOException {
    return switch (name) {
      case "memory" -> ours("Skypost, in memory", scratch, List.of());
      case "embedded" ->
          ours("Skypost, embedded", scratch, List.of(scratch.resolve("data").toString()));
      case "hashed" -> ours("Skypost, hashed", scratch, List.of(BenchPop3.HASHED));
      case "dovecot" -> DovecotServer.start(scratch.resolve("dovecot"), MESSAGES);
      case "dovecot-hashed" ->
          DovecotServer.startHashed(scratch.resolve("dovecot-hashed"), MESSAGES);
      default -> throw new IllegalArgumentException("no such POP3 server: " + name);
    };
  }

  private static Server ours(String name, Path scratch, List<String> more) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(BenchPop3.class.getName(), String.valueOf(MESSAGES)));
    command.addAll(more);
    Path log = scratch.resolve(name.replaceAll("\\W+", "-") + ".log");
    ChildJvm child =
        ChildJvm.start("256m", log, command, Map.of(), line -> line.startsWith("ready "));
    int port = Integer.parseInt(child.ready().substring("ready ".length()));
    return new Server(
        name,
        new InetSocketAddress("127.0.0.1", port),
        Optional.of(child.tree()),
        true,
        child::close);
  }

  private static Turn turn(Server server) throws IOException, InterruptedException {
    ProcessTree tree = server.processes().orElseThrow();
    double one = ONE.retrieveAll(server.address(), MESSAGES).rate();
    long before = tree.cpu().toNanos();
    Pop3Load.Done eight = EIGHT.retrieveAll(server.address(), MESSAGES);
    double cpu = (tree.cpu().toNanos() - before) / 1e3 / eight.count();
    before = tree.cpu().toNanos();
    Pop3Load.Done logins = EIGHT.logIn(server.address(), LOGIN_SECONDS);
    double loginCpu = (tree.cpu().toNanos() - before) / 1e3 / logins.count();
    return new Turn(one, eight.rate(), cpu, logins.rate(), loginCpu);
  }

  private void tell(Server server, List<Turn> turns) {
    out.printf(
        "%-22s %10.0f %10.0f %9.0f %10.0f %9.0f%n",
        server.name(),
        Median.of(turns.stream().map(Turn::one).toList()),
        Median.of(turns.stream().map(Turn::eight).toList()),
        Median.of(turns.stream().map(Turn::cpu).toList()),
        Median.of(turns.stream().map(Turn::logins).toList()),
        Median.of(turns.stream().map(Turn::loginCpu).toList()));
  }

  /** Sessions that have logged in and looked at STAT, as one that waits for its user. */
  private void idle(Server server) throws IOException {
    ProcessTree tree = server.processes().orElseThrow();
    long heap = server.java() ? ChildJvm.liveHeap(tree.root()) : 0;
    long memory = tree.memory();
    List<Pop3Talker> sessions = new ArrayList<>();
    try {
      for (int i = 0; i < IDLE; i++) {
        Pop3Talker talker = new Pop3Talker(server.address());
        sessions.add(talker);
        talker.login(Pop3Load.user(i));
        talker.say("STAT");
      }
      double heapHeld =
          server.java() ? (ChildJvm.liveHeap(tree.root()) - heap) / 1024.0 / IDLE : Double.NaN;
      double held = (tree.memory() - memory) * 1.0 / IDLE;
      out.printf(
          "%-22s %6.1f KiB of process memory for each of %d idle sessions, %.1f of live heap%n",
          server.name(), held, IDLE, heapHeld);
    } finally {
      for (Pop3Talker talker : sessions) {
        talker.close();
      }
    }
  }
}
