package skypost.protocol.smtp.client;

import java.util.Optional;

/**
 * A server, and on what terms it is spoken to.
 *
 * @param peer where to
 * @param tls what is demanded of TLS
 * @param login as whom; only with a binding demand, or the password could be had by anybody
 */
public record Hop(Peer peer, TlsDemand tls, Optional<ClientLogin> login) {
  public Hop {
    if (login.isPresent() && !tls.isBinding()) {
      throw new IllegalArgumentException("a password to " + peer + " needs verified TLS");
    }
  }

  /** Without login, as one server speaks to another. */
  public Hop(Peer peer, TlsDemand tls) {
    this(peer, tls, Optional.empty());
  }
}
