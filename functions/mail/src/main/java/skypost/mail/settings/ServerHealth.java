package skypost.mail.settings;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import skypost.protocol.log.EventLog;
import skypost.protocol.net.HealthEndpoint;

/**
 * How a server tells its load balancer that it is well, and how it leaves: first it says so, then
 * it serves on until the balancer has noticed, then it closes its doors.
 *
 * @param bind where the health endpoint listens
 * @param port of the health endpoint; empty: there is none
 * @param notice how long the balancer needs to notice
 */
public record ServerHealth(InetAddress bind, OptionalInt port, Duration notice) {
  public static final Setting PORT =
      new Setting(
          "SKYPOST_PORT_HEALTH",
          "port on which GET /health is answered 200, or 503 when something is wrong or the program is about to end; empty: none",
          "");
  public static final Setting NOTICE =
      new Setting(
          "SKYPOST_DRAIN_NOTICE",
          "seconds from SIGTERM, in which /health says draining, until connections are refused",
          "0");

  /** Of the 120 s between SIGTERM and SIGKILL, the longest that Fargate allows. */
  private static final Duration STOP = Duration.ofSeconds(110);

  private static final long MOST_NOTICE = 60;

  /** Reads {@link #PORT} and {@link #NOTICE}. */
  public static ServerHealth read(SettingsReader reader, InetAddress bind) {
    OptionalInt port =
        reader.optional(PORT).isEmpty() ? OptionalInt.empty() : OptionalInt.of(reader.port(PORT));
    return new ServerHealth(bind, port, Duration.ofSeconds(reader.number(NOTICE, 0, MOST_NOTICE)));
  }

  /**
   * Opens the endpoint, if there is to be one.
   *
   * @param trouble what is wrong with the server now; cheap to ask
   */
  public Optional<HealthEndpoint> start(Supplier<Optional<String>> trouble) throws IOException {
    return port.isEmpty()
        ? Optional.empty()
        : Optional.of(HealthEndpoint.start(new InetSocketAddress(bind, port.getAsInt()), trouble));
  }

  /** Closes a server's doors. */
  @FunctionalInterface
  public interface Doors {
    /**
     * @param limit for what has been begun
     * @return whether all of it came to its end
     */
    boolean drain(Duration limit);
  }

  /** What SIGTERM runs: within the time that a container has. */
  public void leave(Optional<HealthEndpoint> endpoint, Doors doors) {
    Duration served = endpoint.isPresent() ? notice : Duration.ZERO;
    endpoint.ifPresent(HealthEndpoint::drain);
    try {
      Thread.sleep(served);
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
    EventLog.info("drain").with("finished", doors.drain(STOP.minus(served))).write();
    endpoint.ifPresent(HealthEndpoint::close);
  }
}
