package skypost.protocol.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for tests, and those who trust it. */
public final class TestTls {
  private TestTls() {}

  /** The server's side. */
  public static SSLContext server() {
    return TlsContexts.server(resource("/tls/test-certificate.pem"), resource("/tls/test-key.pem"));
  }

  /** The same with an RSA key. */
  public static SSLContext rsaServer() {
    return TlsContexts.server(
        resource("/tls/test-rsa-certificate.pem"), resource("/tls/test-rsa-key.pem"));
  }

  /** The client's side: trusts that certificate alone. */
  public static SSLContext client() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      byte[] pem = resource("/tls/test-certificate.pem").getBytes(StandardCharsets.US_ASCII);
      store.setCertificateEntry(
          "it",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(pem)));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException fault) {
      throw new IllegalStateException(fault);
    }
  }

  private static String resource(String name) {
    try (InputStream in = TestTls.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }
}
