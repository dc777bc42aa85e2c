package skypost.mail.guidance;

import java.net.InetAddress;
import java.util.List;
import skypost.mail.tlspolicy.StsPolicy;

/**
 * How this installation appears in the DNS.
 *
 * @param hostname the exchanger, and where mail programs connect
 * @param helo our name in EHLO to other servers
 * @param addresses that mail leaves from; empty: those of {@code helo}
 * @param mode what MTA-STS policies ask of senders
 */
public record OutboundHost(
    String hostname, String helo, List<InetAddress> addresses, StsPolicy.Mode mode) {
  public OutboundHost {
    addresses = List.copyOf(addresses);
  }

  /** One whose policies are being tested. */
  public OutboundHost(String hostname, String helo, List<InetAddress> addresses) {
    this(hostname, helo, addresses, StsPolicy.Mode.TESTING);
  }
}
