package skypost.mail.tlspolicy;

import java.io.IOException;

/** Where MTA-STS policy files are published (RFC 8461 section 3.3). */
@FunctionalInterface
public interface PolicyFiles {
  /**
   * Fetches {@code https://mta-sts.DOMAIN/.well-known/mta-sts.txt}.
   *
   * @throws javax.net.ssl.SSLHandshakeException when the server is not to be believed
   * @throws IOException when it cannot be had, from the right server, in time and in size
   */
  String fetch(String domain) throws IOException;
}
