package skypost.protocol.smtp.client;

import java.net.InetSocketAddress;

/**
 * A server to connect to.
 *
 * @param host its name for SNI, logs and bounces; an address in text where it has none
 * @param address a resolved address and port
 */
public record Peer(String host, InetSocketAddress address) {
  public Peer {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("resolve the address first: " + address);
    }
  }

  /** {@code host[address]:port}. */
  @Override
  public String toString() {
    return host + "[" + address.getAddress().getHostAddress() + "]:" + address.getPort();
  }
}
