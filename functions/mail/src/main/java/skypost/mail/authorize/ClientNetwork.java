package skypost.mail.authorize;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Whose guesses, connections and messages are counted together. */
public final class ClientNetwork {
  private static final int IPV6_PREFIX_OCTETS = 8; // a /64: one customer has at least that much

  private ClientNetwork() {}

  /** The IPv4 address itself, or the /64 of an IPv6 address; what is no address is one network. */
  public static String of(String client) {
    try {
      byte[] address = InetAddress.ofLiteral(client).getAddress(); // maps ::ffff:192.0.2.1 to IPv4
      if (address.length == 4) {
        return InetAddress.getByAddress(address).getHostAddress();
      }
      java.util.Arrays.fill(address, IPV6_PREFIX_OCTETS, address.length, (byte) 0);
      return InetAddress.getByAddress(address).getHostAddress() + "/64";
    } catch (IllegalArgumentException | UnknownHostException malformed) {
      return "unknown";
    }
  }
}
