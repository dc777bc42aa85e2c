package skypost.mail.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.net.TlsContexts;

/** A front's TLS as its settings say. */
public final class ServerTls {
  public static final Setting CERTIFICATE =
      new Setting(
          "SKYPOST_TLS_CERT",
          "the TLS certificate chain in PEM, or a file with it; without it one is made that vouches for itself",
          "");
  public static final Setting KEY =
      new Setting(
          "SKYPOST_TLS_KEY",
          "its private key in PEM (PKCS#8, not encrypted), or a file with it",
          "");

  private ServerTls() {}

  /**
   * Reads {@link #CERTIFICATE} and {@link #KEY}; what is wrong with them is among the reader's
   * errors.
   */
  public static SSLContext read(SettingsReader reader, String hostname, Instant now) {
    Optional<String> certificate = reader.optional(CERTIFICATE);
    Optional<String> key = reader.optional(KEY);
    try {
      if (certificate.isPresent() && key.isPresent()) {
        return TlsContexts.server(pem(certificate.get()), pem(key.get()));
      }
      if (certificate.isPresent() || key.isPresent()) {
        reader.reject(
            certificate.isPresent() ? KEY : CERTIFICATE, "is not set, but its counterpart is");
      }
    } catch (IllegalArgumentException wrong) {
      reader.reject(CERTIFICATE, wrong.getMessage());
    }
    return selfSigned(hostname, now);
  }

  /** A context with a new certificate that vouches for itself. */
  public static SSLContext selfSigned(String hostname, Instant now) {
    SelfSignedCertificate made = SelfSignedCertificate.generate(hostname, now);
    return TlsContexts.server(made.certificate(), made.key());
  }

  private static String pem(String textOrFile) {
    if (textOrFile.contains("-----BEGIN")) {
      return textOrFile;
    }
    try {
      return Files.readString(Path.of(textOrFile));
    } catch (IOException | InvalidPathException fault) {
      throw new IllegalArgumentException(
          "neither PEM nor a readable file: " + fault.getMessage(), fault);
    }
  }
}
