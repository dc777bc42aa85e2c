package skypost.local;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.SettingsReader;
import skypost.mail.tls.SelfSignedCertificate;
import skypost.mail.tls.ServerTls;

/**
 * The certificate that vouches for itself, used when none is given. It is kept, so that a mail
 * program that was once told to trust it need not be told again after each start.
 *
 * @param certificate in PEM
 * @param key in PEM
 */
record OwnCertificate(String certificate, String key) {
  private static final String CERTIFICATE_FILE = "tls-certificate.pem";
  private static final String KEY_FILE = "tls-key.pem";
  private static final Duration REST = Duration.ofDays(1);

  /** The environment with a certificate in it, its own or ours. */
  static Map<String, String> addTo(Map<String, String> environment, Instant now)
      throws IOException {
    if (environment.containsKey(ServerTls.CERTIFICATE.key())
        || environment.containsKey(ServerTls.KEY.key())) {
      return environment;
    }
    var reader = new SettingsReader(environment);
    OwnCertificate own =
        of(Path.of(reader.text(LocalSettings.DATA)), reader.hostname(CommonSettings.HOSTNAME), now);
    Map<String, String> added = new HashMap<>(environment);
    added.put(ServerTls.CERTIFICATE.key(), own.certificate());
    added.put(ServerTls.KEY.key(), own.key());
    return added;
  }

  private static OwnCertificate of(Path folder, String hostname, Instant now) throws IOException {
    Optional<String> certificate = DataFolder.secret(folder, CERTIFICATE_FILE);
    Optional<String> key = DataFolder.secret(folder, KEY_FILE);
    if (certificate.isPresent() && key.isPresent() && serves(certificate.get(), hostname, now)) {
      return new OwnCertificate(certificate.get(), key.get());
    }
    SelfSignedCertificate made = SelfSignedCertificate.generate(hostname, now);
    return new OwnCertificate(made.certificate(), made.key());
  }

  private static boolean serves(String pem, String hostname, Instant now) {
    try {
      var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
      var certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(bytes);
      certificate.checkValidity(Date.from(now.plus(REST)));
      var names = certificate.getSubjectAlternativeNames();
      return names != null
          && names.stream()
              .anyMatch(name -> hostname.equalsIgnoreCase(String.valueOf(name.get(1))));
    } catch (CertificateException unusable) {
      return false;
    }
  }

  /** Keeps the certificate of an environment that {@link #addTo} made, if it is ours. */
  static void keep(Map<String, String> given, Map<String, String> added, DataFolder folder)
      throws IOException {
    if (given != added) {
      folder.keep(CERTIFICATE_FILE, added.get(ServerTls.CERTIFICATE.key()));
      folder.keep(KEY_FILE, added.get(ServerTls.KEY.key()));
    }
  }
}
