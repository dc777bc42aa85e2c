package skypost.mail.authorize;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Whose guesses, connections and messages are counted together. */
public final class ClientNetwork {
  private static final int IPV6_PREFIX_OCTETS = 8; // a /64: one customer has at least that much

  private static final int IPV4_NEIGHBOURS = 3; // octets of a /24

  private ClientNetwork() {}

  /**
   * The /24 of an IPv4 address, or the /64 of an IPv6 address: large senders come again from
   * another machine of theirs.
   */
  static String around(String client) {
    String network = of(client);
    String[] octets = network.split("\\.");
    return octets.length == 4
        ? String.join(".", Arrays.copyOf(octets, IPV4_NEIGHBOURS)) + ".0/24"
        : network;
  }

  /** The IPv4 address itself, or the /64 of an IPv6 address; what is no address is one network. */
  public static String of(String client) {
    try {
      byte[] address = InetAddress.ofLiteral(client).getAddress(); // maps ::ffff:192.0.2.1 to IPv4
      if (address.length == 4) {
        return InetAddress.getByAddress(address).getHostAddress();
      }
      Arrays.fill(address, IPV6_PREFIX_OCTETS, address.length, (byte) 0);
      return InetAddress.getByAddress(address).getHostAddress() + "/64";
    } catch (IllegalArgumentException | UnknownHostException malformed) {
      return "unknown";
    }
  }
}
