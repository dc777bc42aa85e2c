package skypost.mail.guidance;

import java.net.InetAddress;
import java.util.List;

/**
 * How this installation appears in the DNS.
 *
 * @param hostname the exchanger, and where mail programs connect
 * @param helo our name in EHLO to other servers
 * @param addresses that mail leaves from; empty: those of {@code helo}
 */
public record OutboundHost(String hostname, String helo, List<InetAddress> addresses) {
  public OutboundHost {
    addresses = List.copyOf(addresses);
  }
}
