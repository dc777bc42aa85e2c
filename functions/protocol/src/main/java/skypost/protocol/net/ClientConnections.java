package skypost.protocol.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Counts the connections that each client network holds, so that one peer cannot take all the
 * places: an IPv4 address counts alone, an IPv6 address with its /64, which is what one customer
 * gets (RFC 6177 section 2). Servers may share it, so that a client's ports count together. Bounded
 * by the connections there are.
 */
public final class ClientConnections {
  private static final int IPV6_NETWORK = 8; // octets of a /64

  private final int most;
  private final Predicate<InetAddress> exempt;
  private final Map<String, Integer> held = new ConcurrentHashMap<>();

  /**
   * @param most connections of one network at once; 0: no limit
   * @param exempt clients that are not counted
   */
  public ClientConnections(int most, Predicate<InetAddress> exempt) {
    this.most = most;
    this.exempt = exempt;
  }

  /** Nobody is limited. */
  public static ClientConnections unlimited() {
    return new ClientConnections(0, client -> true);
  }

  /** Takes a place; false when the client's network has all of its own. */
  boolean enter(InetAddress client) {
    if (isFree(client)) {
      return true;
    }
    boolean[] entered = {false};
    held.compute(
        network(client),
        (network, count) -> {
          int now = count == null ? 0 : count;
          entered[0] = now < most;
          return entered[0] ? (Integer) (now + 1) : count;
        });
    return entered[0];
  }

  /** Gives back a place that was taken. */
  void leave(InetAddress client) {
    if (!isFree(client)) {
      held.computeIfPresent(network(client), (network, count) -> count == 1 ? null : count - 1);
    }
  }

  private boolean isFree(InetAddress client) {
    return most == 0 || exempt.test(client);
  }

  private static String network(InetAddress client) {
    byte[] octets = client.getAddress();
    return HexFormat.of()
        .formatHex(client instanceof Inet6Address ? Arrays.copyOf(octets, IPV6_NETWORK) : octets);
  }
}
