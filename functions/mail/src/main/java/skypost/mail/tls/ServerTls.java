package skypost.mail.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
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
          "the TLS certificate chain in PEM, or a file with it, read again when it changes; without it one is made that vouches for itself",
          "");
  public static final Setting KEY =
      new Setting(
          "SKYPOST_TLS_KEY",
          "its private key in PEM (PKCS#8, not encrypted), or a file with it",
          "");

  private ServerTls() {}

  /**
   * Reads {@link #CERTIFICATE} and {@link #KEY}; what is wrong with them is among the reader's
   * errors. When both name files, a changed one is taken for new connections.
   */
  public static SSLContext read(SettingsReader reader, String hostname, Instant now) {
    Optional<String> certificate = reader.optional(CERTIFICATE);
    Optional<String> key = reader.optional(KEY);
    try {
      if (certificate.isPresent() && key.isPresent()) {
        return context(certificate.get(), key.get());
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

  /** Files that somebody renews are read again; text cannot change. */
  private static SSLContext context(String certificate, String key) {
    if (isPem(certificate) || isPem(key)) {
      return TlsContexts.server(pem(certificate), pem(key));
    }
    try {
      return TlsContexts.reloading(Path.of(certificate), Path.of(key), Clock.systemUTC());
    } catch (IOException | InvalidPathException fault) {
      throw unreadable(fault);
    }
  }

  private static boolean isPem(String textOrFile) {
    return textOrFile.contains("-----BEGIN");
  }

  private static String pem(String textOrFile) {
    if (isPem(textOrFile)) {
      return textOrFile;
    }
    try {
      return Files.readString(Path.of(textOrFile));
    } catch (IOException | InvalidPathException fault) {
      throw unreadable(fault);
    }
  }

  private static IllegalArgumentException unreadable(Exception fault) {
    return new IllegalArgumentException(
        "neither PEM nor a readable file: " + fault.getMessage(), fault);
  }
}
