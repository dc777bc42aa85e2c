package skypost.mail.directory;

import java.util.List;
import java.util.Optional;

/**
 * Whom we relay for besides logged-in users, and through whom.
 *
 * @param trustedNetworks clients that may send anywhere without login
 * @param smartHost where all outbound mail goes instead of to the MX of its domain
 */
public record RelaySettings(List<Network> trustedNetworks, Optional<HostPort> smartHost) {
  /** Loopback only: nobody else's mail is relayed. */
  public static final RelaySettings DEFAULT =
      new RelaySettings(
          List.of(Network.of("127.0.0.0/8"), Network.of("::1/128")), Optional.empty());

  public RelaySettings {
    trustedNetworks = List.copyOf(trustedNetworks);
  }

  /** Whether a client's address lies in a trusted network. */
  public boolean trusts(String client) {
    return trustedNetworks.stream().anyMatch(network -> network.contains(client));
  }
}
