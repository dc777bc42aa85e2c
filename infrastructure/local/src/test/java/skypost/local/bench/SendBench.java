package skypost.local.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import skypost.local.BenchMail;

/**
 * How fast a queue of mail is sent to a host that takes everything at once, and what CPU time and
 * how many connections and AWS requests it takes. The senders take turns; medians are told.
 */
final class SendBench {
  private static final long HEAP = 512; // MB
  private static final Duration WARM_UP_TIME = Duration.ofSeconds(15); // of sending
  private static final Duration CEILING_TIME = Duration.ofSeconds(2);
  private static final int CEILING_SESSIONS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final SendBenchOptions options;
  private final PrintStream out;
  private final FastSink sink;

  /** One turn: what came, and the CPU time of a message in microseconds. */
  private record Turn(FastSink.Arrived arrived, double cpu) {}

  private SendBench(SendBenchOptions options, PrintStream out, FastSink sink) {
    this.options = options;
    this.out = out;
    this.sink = sink;
  }

  static void run(SendBenchOptions options, PrintStream out)
      throws IOException, InterruptedException {
    try (FastSink sink = FastSink.start()) {
      new SendBench(options, out, sink).run();
    }
  }

  private void run() throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("skypost-bench-");
    List<Sender> senders = new ArrayList<>();
    try {
      for (String name : options.senders()) {
        senders.add(start(name, scratch));
      }
      for (Sender sender : senders) {
        warmUp(sender);
      }
      out.printf(
          "%-20s %12s %6s %9s %12s %11s%n",
          "sender", "destinations", "size", "msg/s", "µs CPU", "connections");
      for (int size : options.sizes()) {
        ceiling(size);
        for (int destinations : options.destinations()) {
          compare(senders, new BenchMail(options.messages(), size, destinations));
        }
      }
    } finally {
      for (Sender sender : senders) {
        sender.close();
      }
      SmtpBench.delete(scratch);
    }
  }

  private Sender start(String name, Path scratch) throws IOException {
    InetSocketAddress at = sink.address();
    List<String> command = new ArrayList<>();
    command.add(BenchSend.class.getName());
    command.add(at.getHostString() + ":" + at.getPort());
    command.add(String.valueOf(options.invocations()));
    return switch (name) {
      case "function" -> function("SendFunction", held(), command, scratch.resolve("function.log"));
      case "embedded" -> {
        command.add(scratch.resolve("embedded").toString());
        yield function("  + embedded AWS", 0, command, scratch.resolve("embedded.log"));
      }
      case "postfix" -> PostfixSender.start(scratch.resolve("postfix"), at);
      default -> throw new IllegalArgumentException("no such sender: " + name);
    };
  }

  private static Sender function(String name, long held, List<String> command, Path log)
      throws IOException {
    String heap = (HEAP + held) + "m";
    return new FunctionSender(
        name, ChildJvm.start(heap, log, command, Map.of(), line -> line.equals("ready")));
  }

  /** MB of the messages of two turns, which lie in the ports in memory. */
  private long held() {
    return (2L * options.messages() * Collections.max(options.sizes())) >> 20;
  }

  private void warmUp(Sender sender) throws IOException, InterruptedException {
    BenchMail mail = new BenchMail(options.messages(), options.sizes().getFirst(), 1);
    Duration wanted = sender.isJava() ? WARM_UP_TIME : WARM_UP_TIME.dividedBy(15);
    for (Duration sent = Duration.ZERO; sent.compareTo(wanted) < 0; ) {
      sender.prepare(mail);
      sent = sent.plus(send(sender, mail).span());
    }
  }

  /** What the sink takes of a client that does nothing but write: no sender can be faster. */
  private void ceiling(int size) throws IOException, InterruptedException {
    Load load = new Load(CEILING_SESSIONS, size, Integer.MAX_VALUE);
    load.run(sink.address(), CEILING_TIME);
    double rate = load.run(sink.address(), CEILING_TIME).rate();
    out.printf(
        "%-20s %12s %6s %9.0f %12s %11d%n",
        "(the sink's ceiling)", "", BenchOptions.size(size), rate, "", CEILING_SESSIONS);
  }

  private void compare(List<Sender> senders, BenchMail mail)
      throws IOException, InterruptedException {
    List<List<Turn>> turns = new ArrayList<>();
    senders.forEach(_ -> turns.add(new ArrayList<>()));
    List<String> costs = new ArrayList<>();
    for (int round = 0; round < options.rounds(); round++) {
      costs.clear();
      for (int i = 0; i < senders.size(); i++) {
        turns.get(i).add(turn(senders.get(i), mail));
        costs.add(senders.get(i).costs());
      }
    }
    for (int i = 0; i < senders.size(); i++) {
      out.println(row(senders.get(i), mail, turns.get(i)));
      if (!costs.get(i).isEmpty()) {
        out.println("    a message: " + costs.get(i));
      }
    }
  }

  private Turn turn(Sender sender, BenchMail mail) throws IOException, InterruptedException {
    sender.prepare(mail);
    Duration before = sender.processes().rest();
    FastSink.Arrived arrived = send(sender, mail);
    Duration spent = sender.processes().rest().minus(before);
    return new Turn(arrived, spent.toNanos() / 1e3 / mail.messages());
  }

  private FastSink.Arrived send(Sender sender, BenchMail mail)
      throws IOException, InterruptedException {
    sink.expect(mail.messages());
    sender.send();
    return sink.await(PATIENCE);
  }

  private static String row(Sender sender, BenchMail mail, List<Turn> turns) {
    return "%-20s %12d %6s %9.0f %12.0f %11.0f"
        .formatted(
            sender.name(),
            mail.destinations(),
            BenchOptions.size(mail.size()),
            Median.of(turns.stream().map(turn -> turn.arrived().rate()).toList()),
            Median.of(turns.stream().map(Turn::cpu).toList()),
            Median.of(turns.stream().map(turn -> (double) turn.arrived().connections()).toList()));
  }
}
