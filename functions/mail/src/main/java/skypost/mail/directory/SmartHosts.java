package skypost.mail.directory;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import skypost.protocol.address.EmailAddress;

/**
 * Through whom outbound mail goes instead of to the MX of its recipients' domain.
 *
 * @param standard for senders of all other domains, and for bounces; empty: no smart host
 * @param domains by the domain of the sender
 */
public record SmartHosts(Optional<HostPort> standard, Map<String, HostPort> domains) {
  /** Straight to the MX. */
  public static final SmartHosts NONE = new SmartHosts(Optional.empty(), Map.of());

  public SmartHosts {
    domains = Collections.unmodifiableMap(new TreeMap<>(domains)); // always in the same order
  }

  /** The smart host for mail of this sender. */
  public Optional<HostPort> of(Optional<EmailAddress> sender) {
    return sender.map(address -> domains.get(address.domain())).or(() -> standard);
  }
}
