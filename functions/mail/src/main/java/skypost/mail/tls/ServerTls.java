package skypost.mail.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.net.TlsContexts;
import skypost.protocol.net.TlsKeySource;

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

  public static final Setting MORE =
      new Setting(
          "SKYPOST_TLS_MORE",
          "certificates for other server names (SNI): PEM, each chain followed by its key, or a folder with NAME.crt and NAME.key, read again when it changes",
          "");

  private ServerTls() {}

  /**
   * Reads {@link #CERTIFICATE}, {@link #KEY} and {@link #MORE}; what is wrong with them is among
   * the reader's errors. What lies in files is taken for new connections when it has changed.
   */
  public static SSLContext read(SettingsReader reader, String hostname, Instant now) {
    TlsKeySource first = first(reader, hostname, now);
    Optional<SSLContext> tls = context(reader, CERTIFICATE, first, List.of());
    Optional<String> more = reader.optional(MORE);
    if (more.isPresent() && tls.isPresent()) {
      tls = context(reader, MORE, first, List.of(more(more.get())));
    }
    return tls.orElseGet(() -> selfSigned(hostname, now)); // for the reader's check to throw away
  }

  private static TlsKeySource first(SettingsReader reader, String hostname, Instant now) {
    Optional<String> certificate = reader.optional(CERTIFICATE);
    Optional<String> key = reader.optional(KEY);
    if (certificate.isPresent() != key.isPresent()) {
      reader.reject(
          certificate.isPresent() ? KEY : CERTIFICATE, "is not set, but its counterpart is");
    }
    try {
      if (certificate.isPresent() && key.isPresent()) {
        return given(certificate.get(), key.get());
      }
    } catch (IllegalArgumentException wrong) {
      reader.reject(CERTIFICATE, wrong.getMessage());
    }
    return made(hostname, now);
  }

  private static Optional<SSLContext> context(
      SettingsReader reader, Setting setting, TlsKeySource first, List<TlsKeySource> more) {
    try {
      return Optional.of(TlsContexts.server(first, more, Clock.systemUTC()));
    } catch (IllegalArgumentException wrong) {
      reader.reject(setting, wrong.getMessage());
    } catch (IOException fault) {
      reader.reject(setting, unreadable(fault).getMessage());
    }
    return Optional.empty();
  }

  /** A context with a new certificate that vouches for itself. */
  public static SSLContext selfSigned(String hostname, Instant now) {
    SelfSignedCertificate made = SelfSignedCertificate.generate(hostname, now);
    return TlsContexts.server(made.certificate(), made.key());
  }

  private static TlsKeySource made(String hostname, Instant now) {
    SelfSignedCertificate made = SelfSignedCertificate.generate(hostname, now);
    return new TlsKeySource.Text(made.certificate(), made.key());
  }

  /** Files that somebody renews are read again; text cannot change. */
  private static TlsKeySource given(String certificate, String key) {
    if (isPem(certificate) || isPem(key)) {
      return new TlsKeySource.Text(pem(certificate), pem(key));
    }
    return new TlsKeySource.Pair(path(certificate), path(key));
  }

  private static TlsKeySource more(String textOrFolder) {
    return isPem(textOrFolder)
        ? new TlsKeySource.Bundle(textOrFolder)
        : new TlsKeySource.Folder(path(textOrFolder));
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException malformed) {
      throw unreadable(malformed);
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
      return Files.readString(path(textOrFile));
    } catch (IOException fault) {
      throw unreadable(fault);
    }
  }

  private static IllegalArgumentException unreadable(Exception fault) {
    return new IllegalArgumentException(
        "neither PEM nor a readable file: " + fault.getMessage(), fault);
  }
}
