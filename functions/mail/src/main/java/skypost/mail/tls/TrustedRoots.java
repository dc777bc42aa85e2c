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
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      int count = 0;
      for (TrustManager manager : managers(null)) {
        for (X509Certificate root : ((X509TrustManager) manager).getAcceptedIssuers()) {
          store.setCertificateEntry("root-" + count++, root);
        }
      }
      for (Certificate root : certificates(pem)) {
        store.setCertificateEntry("root-" + count++, root);
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers(store), null);
      return context;
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException(impossible); // every JDK has PKIX and TLS
    }
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
