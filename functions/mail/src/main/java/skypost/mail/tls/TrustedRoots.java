package skypost.mail.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The authorities whose certificates are believed. */
public final class TrustedRoots {
  private TrustedRoots() {}

  /**
   * The JVM's authorities, and others.
   *
   * @param pem certificates of the others; empty: none
   * @throws IllegalArgumentException when it is not PEM
   */
  public static SSLContext context(String pem) {
    try {
      if (pem.isBlank()) {
        return SSLContext.getDefault();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers(pem), null);
      return context;
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException(impossible); // every JDK has PKIX and TLS
    }
  }

  /** The same, for certificates that are looked at outside of a handshake. */
  public static X509TrustManager manager(String pem) {
    try {
      return (X509TrustManager) managers(pem)[0];
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static TrustManager[] managers(String pem) throws GeneralSecurityException, IOException {
    if (pem.isBlank()) {
      return managers((KeyStore) null);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int count = 0;
    for (TrustManager manager : managers((KeyStore) null)) {
      for (X509Certificate root : ((X509TrustManager) manager).getAcceptedIssuers()) {
        store.setCertificateEntry("root-" + count++, root);
      }
    }
    for (Certificate root : certificates(pem)) {
      store.setCertificateEntry("root-" + count++, root);
    }
    return managers(store);
  }

  private static Iterable<? extends Certificate> certificates(String pem) {
    try {
      var roots =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
      if (roots.isEmpty()) {
        throw new IllegalArgumentException("there is no certificate in it");
      }
      return roots;
    } catch (GeneralSecurityException malformed) {
      throw new IllegalArgumentException("not certificates in PEM", malformed);
    }
  }

  private static TrustManager[] managers(KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }
}
