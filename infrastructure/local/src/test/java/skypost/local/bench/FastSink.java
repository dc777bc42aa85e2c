package skypost.local.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The host that a measured sender relays to: takes everything as fast as it comes, keeps nothing,
 * counts. It offers PIPELINING, CHUNKING, 8BITMIME and SIZE, and no TLS.
 */
final class FastSink implements AutoCloseable {
  private static final int BACKLOG = 1000;

  private final ServerSocket listener;
  private int connections;
  private int messages;
  private int wanted;
  private long first;
  private long last;

  /**
   * What came since {@link #expect}.
   *
   * @param messages answered with 250
   * @param connections that were opened
   * @param span from the end of the first message to the end of the last
   */
  record Arrived(int messages, int connections, Duration span) {
    /** Messages a second: of n there are n-1 behind the first. */
    double rate() {
      return (messages - 1) / (span.toNanos() / 1e9);
    }
  }

  private FastSink(ServerSocket listener) {
    this.listener = listener;
  }

  static FastSink start() throws IOException {
    var listener =
        new ServerSocket(0, BACKLOG, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    var sink = new FastSink(listener);
    Thread.ofPlatform().daemon().name("sink").start(sink::accept);
    return sink;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** Begins to count. */
  synchronized void expect(int number) {
    wanted = number;
    connections = 0;
    messages = 0;
  }

  /**
   * Waits for the expected number of messages.
   *
   * @param patience with a sender from whom nothing comes
   * @throws IOException when no message came for that long
   */
  synchronized Arrived await(Duration patience) throws IOException, InterruptedException {
    int seen = -1;
    while (messages < wanted) {
      if (messages == seen) {
        throw new IOException(messages + " of " + wanted + " messages came");
      }
      seen = messages;
      TimeUnit.MILLISECONDS.timedWait(this, patience.toMillis());
    }
    return new Arrived(messages, connections, Duration.ofNanos(last - first));
  }

  synchronized void connected() {
    connections++;
  }

  synchronized void arrived() {
    last = System.nanoTime();
    first = messages == 0 ? last : first;
    messages++;
    if (messages == wanted) {
      notifyAll();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        connected();
        Thread.ofVirtual().start(() -> new FastSinkSession(socket, this).run());
      }
    } catch (IOException closed) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
