package skypost.mail.tlspolicy;

import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import skypost.mail.dns.Tlsa;

/** Believes what a server's TLSA records say, and no authority (RFC 7672 section 3, RFC 7671). */
final class DaneTrust extends X509ExtendedTrustManager {
  private final List<Tlsa> records;
  private final List<String> names;
  private final Clock clock;

  /**
   * @param records usable ones, at least one
   * @param names the server's own and the next-hop domain (RFC 7672 section 3.2.2)
   */
  DaneTrust(List<Tlsa> records, List<String> names, Clock clock) {
    this.records = List.copyOf(records);
    this.names = List.copyOf(names);
    this.clock = clock;
  }

  static SSLContext context(List<Tlsa> records, List<String> names, Clock clock) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new DaneTrust(records, names, clock)}, null);
      return context;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // every JDK has TLS
    }
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    for (Tlsa record : records) {
      boolean matched =
          switch (record.usage()) {
            // RFC 7672 section 3.1.1: neither names nor dates count; the record says it all
            case Tlsa.DANE_EE -> matches(record, chain[0]);
            case Tlsa.DANE_TA -> anchors(record, chain);
            default -> false;
          };
      if (matched) {
        return;
      }
    }
    throw new CertificateException("no TLSA record matches the certificate");
  }

  /** Whether the chain leads to the authority that the record names, and is for this server. */
  private boolean anchors(Tlsa record, X509Certificate[] chain) throws CertificateException {
    if (!CertificateNames.match(chain[0], names)) { // RFC 7672 section 3.1.2
      return false;
    }
    for (int i = 1; i < chain.length; i++) {
      if (matches(record, chain[i]) && isPath(List.of(chain).subList(0, i), chain[i])) {
        return true;
      }
    }
    // RFC 7671 section 5.2.2: an authority given in full need not be in the chain
    return record.selector() == 0
        && record.matching() == 0
        && isPath(List.of(chain), certificate(record.data()));
  }

  private boolean isPath(List<X509Certificate> path, X509Certificate anchor) {
    try {
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(clock.instant()));
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
      return true;
    } catch (GeneralSecurityException noPath) {
      return false;
    }
  }

  private static X509Certificate certificate(byte[] der) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  private static boolean matches(Tlsa record, X509Certificate certificate)
      throws CertificateException {
    byte[] selected =
        record.selector() == 0 ? certificate.getEncoded() : certificate.getPublicKey().getEncoded();
    byte[] compared =
        switch (record.matching()) {
          case 1 -> digest("SHA-256", selected);
          case 2 -> digest("SHA-512", selected);
          default -> selected;
        };
    return Arrays.equals(compared, record.data());
  }

  private static byte[] digest(String algorithm, byte[] octets) {
    try {
      return MessageDigest.getInstance(algorithm).digest(octets);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-2
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("not for clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("not for clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("not for clients");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
