package skypost.protocol.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Optional;

/**
 * The PROXY protocol, version 2 ("The PROXY protocol, versions 1 &amp; 2", HAProxy, section 2.2):
 * the load balancer names the client. Read only from peers that are listed as proxies, or anyone
 * could name himself as he likes.
 *
 * @param source the client; empty when the proxy speaks for itself (a health check) or for another
 *     family
 */
public record ProxyHeader(Optional<InetSocketAddress> source) {
  private static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final int FIXED = 16;
  private static final int MAX_LENGTH =
      4096; // addresses and TLVs; a proxy sends a few hundred octets at most
  private static final int LOCAL = 0x20;
  private static final int PROXY = 0x21;
  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;

  /**
   * Reads the header, and not an octet more. @throws IOException when the connection does not begin
   * with one
   */
  static ProxyHeader read(Wire wire) throws IOException {
    byte[] fixed = wire.readExactly(FIXED);
    if (!Arrays.equals(fixed, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
      throw new IOException("no PROXY header where one is required");
    }
    int length = (fixed[14] & 0xff) << 8 | fixed[15] & 0xff;
    if (length > MAX_LENGTH) {
      throw new IOException("a PROXY header of " + length + " octets");
    }
    return parse(fixed[12] & 0xff, fixed[13] & 0xff, wire.readExactly(length));
  }

  private static ProxyHeader parse(int command, int family, byte[] rest) throws IOException {
    if (command == LOCAL) {
      return new ProxyHeader(Optional.empty());
    }
    if (command != PROXY) {
      throw new IOException("not a PROXY command: " + command);
    }
    int octets = family == TCP4 ? 4 : family == TCP6 ? 16 : 0;
    if (octets == 0) {
      return new ProxyHeader(
          Optional.empty()); // AF_UNSPEC and UNIX sockets: the receiver uses the real address
    }
    if (rest.length < 2 * octets + 4) {
      throw new IOException("a PROXY header without its addresses");
    }
    InetAddress address = InetAddress.getByAddress(Arrays.copyOf(rest, octets));
    int port = (rest[2 * octets] & 0xff) << 8 | rest[2 * octets + 1] & 0xff;
    return new ProxyHeader(Optional.of(new InetSocketAddress(address, port)));
  }
}
