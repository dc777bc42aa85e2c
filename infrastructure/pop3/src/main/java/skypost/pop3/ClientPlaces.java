package skypost.pop3;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import skypost.mail.authorize.ClientNetwork;
import skypost.protocol.net.Admission;
import skypost.protocol.net.Refusal;

/**
 * Lets no client network have more than its share of a server's places, on all ports together: or
 * one of them could keep everybody else from reading. Thread safe.
 *
 * @param each places that one network may have
 * @param exempt addresses that are not counted
 */
record ClientPlaces(int each, Predicate<String> exempt, Map<String, Integer> taken)
    implements Admission {
  /** An office behind one address reads as well. */
  private static final int LEAST = 50;

  private static final int SHARE = 20; // one in twenty

  private static final String TOLD =
      "-ERR [SYS/TEMP] too many connections from your network\r\n"; // RFC 3206 section 4

  /** Of a server that has so many places on each port. */
  static ClientPlaces of(int places, Predicate<String> exempt) {
    return new ClientPlaces(Math.max(LEAST, places / SHARE), exempt, new ConcurrentHashMap<>());
  }

  @Override
  public Verdict decide(InetAddress client) {
    String address = client.getHostAddress();
    if (exempt.test(address)) {
      return Admitted.FREELY;
    }
    String network = ClientNetwork.of(address);
    if (taken.merge(network, 1, Integer::sum) > each) {
      leave(network);
      return new TurnedAway(Refusal.CLIENT_LIMIT, TOLD);
    }
    return new Admitted(() -> leave(network));
  }

  private void leave(String network) {
    taken.computeIfPresent(network, (_, count) -> count == 1 ? null : count - 1);
  }
}
