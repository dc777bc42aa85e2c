package skypost.mail.directory;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import skypost.protocol.address.EmailAddress;

/**
 * Through whom outbound mail goes instead of to the MX of its recipients' domain.
 *
 * @param standard for senders of all other domains, and for bounces; empty: no smart host
 * @param domains by the domain of the sender
 */
public record SmartHosts(Optional<SmartHost> standard, Map<String, SmartHost> domains) {
  /** Straight to the MX. */
  public static final SmartHosts NONE = new SmartHosts(Optional.empty(), Map.of());

  public SmartHosts {
    domains = Collections.unmodifiableMap(new TreeMap<>(domains)); // always in the same order
  }

  /** The smart host for mail of this sender. */
  public Optional<SmartHost> of(Optional<EmailAddress> sender) {
    return sender.map(address -> domains.get(address.domain())).or(() -> standard);
  }

  /** Every one that there is. */
  public List<SmartHost> all() {
    return Stream.concat(standard.stream(), domains.values().stream()).toList();
  }
}
