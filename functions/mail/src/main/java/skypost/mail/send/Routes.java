package skypost.mail.send;

import java.io.IOException;
import java.util.Optional;
import skypost.mail.directory.HostPort;
import skypost.mail.tlspolicy.TlsWish;
import skypost.protocol.address.EmailAddress;

/** Where mail for a destination goes. */
public interface Routes {
  /**
   * The next servers for a destination.
   *
   * @param destination a domain in canonical form, or an address literal
   * @param sender the reverse-path
   * @param chosen the server that the administrator has chosen for this mail; it goes before all
   *     else
   * @param wish what the sender wants of TLS
   * @throws IOException when the administrator's settings cannot be read now
   */
  Route to(
      String destination, Optional<EmailAddress> sender, Optional<HostPort> chosen, TlsWish wish)
      throws IOException;

  /**
   * What fails as a whole when mail on this way fails: the smart host that it goes through, or else
   * the destination itself. As {@link skypost.mail.queue.Destination} names it.
   *
   * @param from the domain of the sender, {@code ""} for the null sender
   * @throws IOException when the administrator's settings cannot be read now
   */
  default String nextHop(String destination, String from) throws IOException {
    return destination;
  }

  /**
   * Something that the administrator has set was refused, and he may have corrected it: what is
   * remembered of his settings is not used again.
   */
  default void forget() {}
}
