package skypost.local.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A server to be measured.
 *
 * @param name in the table
 * @param address where it takes mail
 * @param processes whose CPU and memory count; unknown of a server elsewhere
 * @param java whether its heap can be asked about
 * @param stop ends it
 */
record Server(
    String name,
    InetSocketAddress address,
    Optional<ProcessTree> processes,
    boolean java,
    Stop stop)
    implements AutoCloseable {

  /** How a server is ended. */
  @FunctionalInterface
  interface Stop {
    void run() throws IOException;
  }

  @Override
  public void close() throws IOException {
    stop.run();
  }
}
