package skypost.mail.directory;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A network in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3).
 *
 * @param address the network's address; its host bits are zero
 * @param prefix leading bits that count
 */
public record Network(InetAddress address, int prefix) {
  /** Reads a network that is known to be well formed. */
  public static Network of(String cidr) {
    return parse(cidr).orElseThrow(() -> new IllegalArgumentException("not a network: " + cidr));
  }

  /**
   * Reads {@code 192.0.2.0/24}, {@code 2001:db8::/32} or one address; empty when malformed, also
   * when host bits are set.
   */
  public static Optional<Network> parse(String cidr) {
    int slash = cidr.indexOf('/');
    Optional<InetAddress> address = literal(slash < 0 ? cidr : cidr.substring(0, slash));
    if (address.isEmpty()) {
      return Optional.empty();
    }
    int bits = address.get().getAddress().length * 8;
    int prefix = bits;
    if (slash >= 0) {
      try {
        prefix = Integer.parseInt(cidr.substring(slash + 1));
      } catch (NumberFormatException malformed) {
        return Optional.empty();
      }
    }
    if (prefix < 0 || prefix > bits || !hostBitsAreZero(address.get().getAddress(), prefix)) {
      return Optional.empty();
    }
    return Optional.of(new Network(address.get(), prefix));
  }

  /** Whether the address, in text, lies in this network; false for what is no address. */
  public boolean contains(String text) {
    Optional<InetAddress> other = literal(text);
    if (other.isEmpty()) {
      return false;
    }
    byte[] mine = address.getAddress();
    byte[] theirs = other.get().getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit++) {
      int mask = 0x80 >> bit % 8;
      if ((mine[bit / 8] & mask) != (theirs[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** Reads an IP address in text; never asks DNS. */
  static Optional<InetAddress> literal(String text) {
    try {
      // ofLiteral maps ::ffff:192.0.2.1 to IPv4, so a mapped address cannot slip past an IPv4 rule
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private static boolean hostBitsAreZero(byte[] address, int prefix) {
    for (int bit = prefix; bit < address.length * 8; bit++) {
      if ((address[bit / 8] & 0x80 >> bit % 8) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(address.getAddress()).getHostAddress() + "/" + prefix;
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible); // the length comes from an InetAddress
    }
  }
}
