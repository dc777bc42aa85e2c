package skypost.protocol.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;

/** TLS contexts for servers, from what certificate authorities and openssl write. */
public final class TlsContexts {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

  // Java reads it once, at the first handshake as a server, which needs a context from here. Each
  // renegotiation would cost us a handshake that no limit counts.
  static {
    if (System.getProperty(NO_RENEGOTIATION) == null) {
      System.setProperty(NO_RENEGOTIATION, "true");
    }
  }

  private TlsContexts() {}

  /**
   * A context that presents a certificate.
   *
   * @param certificates the chain in PEM, the server's own certificate first
   * @param key its private key in PEM, PKCS#8, not encrypted
   * @throws IllegalArgumentException saying for a person what is wrong
   */
  public static SSLContext server(String certificates, String key) {
    return context(keys(chain(certificates), key));
  }

  /**
   * A context that presents the certificate for the name that the client asks for, and the default
   * one to others. What lies in files is taken for new connections soon after they have changed.
   *
   * @param first has the default certificate
   * @param more certificates for other names
   * @throws IllegalArgumentException saying for a person what is wrong now
   * @throws IOException when a file cannot be read now
   */
  public static SSLContext server(TlsKeySource first, List<TlsKeySource> more, Clock clock)
      throws IOException {
    List<TlsKeySource> sources = new ArrayList<>(List.of(first));
    sources.addAll(more);
    return context(new ReloadedKeys(sources, clock));
  }

  /**
   * A context that presents the certificate in a file, and for new connections another one soon
   * after the files have changed. What resumes a session goes on without a certificate.
   *
   * @throws IllegalArgumentException saying for a person what is wrong with the files now
   * @throws IOException when a file cannot be read now
   */
  public static SSLContext reloading(Path certificates, Path key, Clock clock) throws IOException {
    return server(new TlsKeySource.Pair(certificates, key), List.of(), clock);
  }

  private static SSLContext context(X509ExtendedKeyManager keys) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, null, null);
      return context;
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("no TLS in this Java", fault);
    }
  }

  /** As {@link #server}. */
  static X509ExtendedKeyManager keys(Certificate[] chain, String key) {
    try {
      char[] noPassword = {};
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, noPassword);
      store.setKeyEntry("server", privateKey(key, chain[0]), noPassword, chain);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, noPassword);
      return (X509ExtendedKeyManager) keys.getKeyManagers()[0];
    } catch (GeneralSecurityException | IOException fault) {
      throw new IllegalArgumentException(
          "the TLS certificate cannot be used: " + fault.getMessage(), fault);
    }
  }

  /** A chain in PEM; at least one certificate. */
  static Certificate[] chain(String pem) {
    try {
      Certificate[] chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
              .toArray(Certificate[]::new);
      if (chain.length > 0) {
        return chain;
      }
    } catch (GeneralSecurityException malformed) {
      throw new IllegalArgumentException(
          "the TLS certificate is not PEM: " + malformed.getMessage(), malformed);
    }
    throw new IllegalArgumentException(
        "the TLS certificate is not PEM: it has no BEGIN CERTIFICATE");
  }

  private static PrivateKey privateKey(String pem, Certificate owner)
      throws GeneralSecurityException {
    Matcher block = PKCS8.matcher(pem);
    if (!block.find()) {
      throw new IllegalArgumentException(
          "the TLS key is not PEM with BEGIN PRIVATE KEY (PKCS#8, not encrypted)"
              + "; convert it with: openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY.pk8");
    }
    PKCS8EncodedKeySpec spec;
    try {
      spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(1)));
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "the TLS key is not base64 between its BEGIN and END", malformed);
    }
    for (String algorithm : KEY_ALGORITHMS) {
      if (algorithm.equals(owner.getPublicKey().getAlgorithm())) {
        try {
          PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(spec);
          if (belongTogether(key, owner)) {
            return key;
          }
          throw new IllegalArgumentException("the TLS key is not the key of its certificate");
        } catch (InvalidKeySpecException mismatch) {
          throw new IllegalArgumentException(
              "the TLS key is not the " + algorithm + " key of its certificate", mismatch);
        }
      }
    }
    throw new IllegalArgumentException(
        "the TLS certificate has a key that is none of " + KEY_ALGORITHMS);
  }

  private static boolean belongTogether(PrivateKey key, Certificate owner)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "EdDSA";
        };
    byte[] probe = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(owner.getPublicKey());
    signature.update(probe);
    return signature.verify(signed);
  }
}
