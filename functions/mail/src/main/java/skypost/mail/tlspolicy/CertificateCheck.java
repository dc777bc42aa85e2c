package skypost.mail.tlspolicy;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.X509TrustManager;

/**
 * Looks at a certificate that was taken unseen, and says what would have come of looking: where an
 * MTA-STS policy is only being tested, mail goes all the same, and the domain is told (RFC 8461
 * section 5, RFC 8460).
 *
 * @param authorities that are believed
 */
public record CertificateCheck(X509TrustManager authorities) {
  /** An authority does not say which key exchange its certificates are for. */
  private static final String ANY_EXCHANGE = "UNKNOWN";

  /**
   * Checks what a server has shown.
   *
   * @param host it must be for this name (RFC 8461 section 4.2)
   * @throws SSLHandshakeException saying why a handshake would have failed
   */
  void check(List<X509Certificate> chain, String host) throws SSLHandshakeException {
    try {
      authorities.checkServerTrusted(chain.toArray(X509Certificate[]::new), ANY_EXCHANGE);
      if (!CertificateNames.match(chain.getFirst(), List.of(host))) {
        throw new CertificateException("No name matching " + host + " found");
      }
    } catch (CertificateException refused) {
      SSLHandshakeException fault = new SSLHandshakeException(refused.getMessage());
      fault.initCause(refused);
      throw fault;
    }
  }
}
