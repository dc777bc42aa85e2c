package skypost.mail.send;

import java.io.IOException;
import skypost.mail.dns.Exchangers;

/** Where mail for a destination goes. */
public interface Routes {
  /**
   * The next servers for a destination.
   *
   * @param destination a domain in canonical form, or an address literal
   * @throws IOException when the administrator's settings cannot be read now
   */
  Exchangers to(String destination) throws IOException;
}
