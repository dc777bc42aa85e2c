package skypost.mail.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import skypost.protocol.net.TlsContexts;

/** An authority for tests, a root or below another, with certificates of its own making. */
public final class TestAuthority {
  private static final Duration LONG = Duration.ofDays(30);

  private final Optional<TestAuthority> above;
  private final X500Name name;
  private final KeyPair keys;
  private final X509Certificate certificate;

  private TestAuthority(Optional<TestAuthority> above, String name) {
    this.above = above;
    this.name = new X500Name("CN=" + name);
    this.keys = pair();
    this.certificate =
        above.orElse(this).sign(this.name, keys, Instant.now().plus(LONG), Optional.empty());
  }

  public static TestAuthority root(String name) {
    return new TestAuthority(Optional.empty(), name);
  }

  /** One that this one vouches for. */
  public TestAuthority below(String of) {
    return new TestAuthority(Optional.of(this), of);
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** In PEM. */
  public String pem() {
    return pem("CERTIFICATE", encoded(certificate));
  }

  /** A server whose certificate names a host; it shows the chain without the root. */
  public SSLContext server(String host) {
    return server(host, Instant.now().plus(LONG));
  }

  /** The same, valid until then. */
  public SSLContext server(String host, Instant until) {
    KeyPair own = pair();
    List<String> chain = new ArrayList<>();
    X500Name subject = new X500Name("CN=" + host);
    chain.add(pem("CERTIFICATE", encoded(sign(subject, own, until, Optional.of(host)))));
    for (Optional<TestAuthority> at = Optional.of(this);
        at.isPresent() && at.get().above.isPresent();
        at = at.get().above) {
      chain.add(at.get().pem());
    }
    return TlsContexts.server(
        String.join("", chain), pem("PRIVATE KEY", own.getPrivate().getEncoded()));
  }

  /**
   * @param host for a server; empty: an authority
   */
  private X509Certificate sign(X500Name subject, KeyPair of, Instant until, Optional<String> host) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(System.nanoTime()),
              Date.from(Instant.now().minus(LONG)),
              Date.from(until),
              subject,
              of.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(host.isEmpty()));
      if (host.isPresent()) {
        var names = new GeneralNames(new GeneralName(GeneralName.dNSName, host.get()));
        builder.addExtension(Extension.subjectAlternativeName, false, names);
      } else {
        builder.addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException impossible) {
      throw new IllegalStateException(impossible);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
  }
}
