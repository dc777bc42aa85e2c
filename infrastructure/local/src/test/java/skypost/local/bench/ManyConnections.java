package skypost.local.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Idle connections, each greeted and past EHLO, held by a front with a heap of 256 MB; then one
 * more, which must be served or told 421, and every one of them must still answer.
 */
final class ManyConnections {
  private static final String HEAP = "256m";
  private static final int PER_ADDRESS = 100; // as from many hosts, all on the loopback network

  private ManyConnections() {}

  static void run(int count, PrintStream out) throws IOException {
    Path scratch = Files.createTempDirectory("skypost-bench-");
    try (ChildJvm child =
        ChildJvm.start(
            HEAP,
            scratch.resolve("front.log"),
            List.of(BenchFront.class.getName()),
            Map.of(),
            line -> line.startsWith("ready "))) {
      int port = Integer.parseInt(child.ready().substring("ready ".length()));
      measure(child.tree(), new InetSocketAddress("127.0.0.1", port), count, out);
    } finally {
      SmtpBench.delete(scratch);
    }
  }

  private static void measure(
      ProcessTree tree, InetSocketAddress server, int count, PrintStream out) throws IOException {
    open(server, 0).close(); // classes are loaded now
    long heap = ChildJvm.liveHeap(tree.root());
    long memory = tree.memory();
    List<Idle> idle = new ArrayList<>();
    try {
      long begun = System.nanoTime();
      for (int i = 0; i < count; i++) {
        Idle connection = open(server, i);
        if (!connection.greeting.startsWith("220")
            || !connection.say("EHLO x\r\n").startsWith("250")) {
          throw new IOException(
              "connection " + (i + 1) + " was not served: " + connection.greeting);
        }
        idle.add(connection);
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      long heapHeld = ChildJvm.liveHeap(tree.root()) - heap;
      long memoryHeld = (tree.memory() - memory) * 1024;
      out.printf("%d idle connections, -Xmx%s, opened in %.1f s%n", count, HEAP, seconds);
      out.printf(
          "live heap      %8.1f MB, %6.2f KiB a connection%n",
          heapHeld / 1e6, perOne(heapHeld, count));
      out.printf(
          "process memory %8.1f MB, %6.2f KiB a connection%n",
          memoryHeld / 1e6, perOne(memoryHeld, count));
      try (Idle next = open(server, count)) {
        out.printf("connection %d is told: %s%n", count + 1, next.greeting.strip());
      }
      int answered = 0;
      for (Idle connection : idle) {
        answered += connection.say("NOOP\r\n").startsWith("250") ? 1 : 0;
      }
      out.printf("%d of %d still answer%n", answered, count);
    } finally {
      for (Idle connection : idle) {
        connection.close();
      }
    }
  }

  private static double perOne(long octets, int count) {
    return octets / 1024.0 / count;
  }

  private static Idle open(InetSocketAddress server, int number) throws IOException {
    int host = 1 + number / PER_ADDRESS;
    SocketChannel channel = SocketChannel.open();
    channel.bind(new InetSocketAddress("127.%d.%d.1".formatted(1 + host / 250, host % 250), 0));
    channel.connect(server);
    return new Idle(channel);
  }

  /** A connection without a thread and without buffers. */
  private static final class Idle implements AutoCloseable {
    private static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(4096);

    private final SocketChannel channel;
    private final String greeting;

    Idle(SocketChannel channel) throws IOException {
      this.channel = channel;
      this.greeting = read();
    }

    String say(String text) throws IOException {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
      return read();
    }

    /** A reply in one piece, which all of ours are while they are short. */
    private String read() throws IOException {
      BUFFER.clear();
      channel.read(BUFFER);
      return StandardCharsets.US_ASCII.decode(BUFFER.flip()).toString();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
