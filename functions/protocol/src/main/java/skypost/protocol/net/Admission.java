package skypost.protocol.net;

import java.net.InetAddress;

/**
 * Decides who is served, once for each connection: behind a PROXY header, which names the client,
 * and before anything is said or a TLS handshake is paid for. Servers may share one, so that a
 * client's ports count together.
 */
@FunctionalInterface
public interface Admission {
  /** Everybody is served. */
  Admission EVERYBODY = client -> Admitted.FREELY;

  /** Decides on a new connection; on the connection's own thread, so it may wait. */
  Verdict decide(InetAddress client);

  /** What becomes of a connection. */
  sealed interface Verdict {}

  /**
   * It is served.
   *
   * @param leave run once when the connection is over
   */
  record Admitted(Runnable leave) implements Verdict {
    /** It takes up no place. */
    public static final Admitted FREELY = new Admitted(() -> {});
  }

  /**
   * It is closed.
   *
   * @param told what the client hears before, its line end included; on a port with TLS from the
   *     first octet on it hears nothing
   */
  record TurnedAway(Refusal why, String told) implements Verdict {}
}
