package skypost.mail.dns;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import skypost.protocol.log.EventLog;

/**
 * How we appear in MX lists, so that mail is never passed on to ourselves (RFC 5321 section 5.1).
 *
 * @param names host names under which we are an exchanger, in lower case
 * @param addresses at which we are one, whatever name leads there
 */
public record OwnHost(Set<String> names, Set<InetAddress> addresses) {
  public OwnHost {
    names = Set.copyOf(names);
    addresses = Set.copyOf(addresses);
  }

  /**
   * This machine: the name, what the administrator says, such as the addresses of a load balancer,
   * and the addresses of its network interfaces.
   */
  public static OwnHost of(String name, Collection<InetAddress> configured) {
    Set<InetAddress> addresses = new HashSet<>(configured);
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          // Where a list names loopback, the function that reads it is not the server that is meant
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .forEach(addresses::add);
    } catch (SocketException fault) {
      EventLog.warn("own-addresses").cause(fault).write(); // those that are configured must do
    }
    return new OwnHost(Set.of(name), addresses);
  }
}
