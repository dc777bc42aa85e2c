package skypost.local;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.api.ApiSettings;
import skypost.aws.AwsPorts;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.MetricsSettings;
import skypost.mail.settings.ServerHealth;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.pop3.Pop3Settings;
import skypost.send.SendSettings;
import skypost.send.TlsSettings;
import skypost.smtp.SmtpFrontSettings;

/**
 * What the local system is told.
 *
 * @param data all state lies under this folder
 * @param apiPort of the HTTP API
 * @param adminToken of the HTTP API; empty: made and kept
 * @param dynoxide a program to use instead of the one that npm fetches
 * @param endpoint of AWS's services, when the embedded ones are not to be used
 * @param smtp the front's settings
 * @param pop3 the POP3 server's settings
 * @param health of both
 */
record LocalSettings(
    Path data,
    int apiPort,
    Optional<String> adminToken,
    Optional<Path> dynoxide,
    Optional<URI> endpoint,
    SmtpFrontSettings smtp,
    Pop3Settings pop3,
    ServerHealth health) {
  private static final String HOME = System.getProperty("user.home") + "/.local/share/skypost";

  static final Setting DATA = new Setting("SKYPOST_DATA", "folder that holds all state", HOME);
  static final Setting PORT_API = new Setting("SKYPOST_PORT_API", "port of the HTTP API", "8080");
  static final Setting ADMIN_TOKEN =
      new Setting(
          ApiSettings.ADMIN_TOKEN.key(),
          "the bearer token of the HTTP API; else made, printed once and kept in the data folder",
          "");
  static final Setting DYNOXIDE =
      new Setting(
          "SKYPOST_DYNOXIDE",
          "the program dynoxide, which plays DynamoDB; else npm fetches it once",
          "");
  static final Setting ENDPOINT =
      new Setting(
          "AWS_ENDPOINT_URL",
          "LocalStack or the like, to be used instead of the embedded S3, SQS and DynamoDB",
          "");

  /**
   * Reads them; what is wrong is told by the reader's check.
   *
   * @param reader of an environment that names a TLS certificate
   */
  static LocalSettings read(SettingsReader reader, Instant now) {
    reader.secrets(CommonSettings.RETURN_SECRETS, ReturnPaths.LEAST_SECRET);
    MetricsSettings.read(reader, Clock.systemUTC());
    SendSettings.read(reader); // the handlers read these themselves; here it is for the errors
    reader.addresses(ApiSettings.OUTBOUND_ADDRESSES);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return new LocalSettings(
        path(reader, DATA).orElse(Path.of(HOME)),
        reader.port(PORT_API),
        reader.optional(ADMIN_TOKEN),
        reader.optional(DYNOXIDE).flatMap(_ -> path(reader, DYNOXIDE)),
        uri(reader),
        SmtpFrontSettings.read(reader, loopback, now),
        Pop3Settings.read(reader, loopback, now),
        ServerHealth.read(reader, loopback));
  }

  /** Every variable that matters, in the order of {@code --help}. */
  static List<Setting> all() {
    List<Setting> settings = new ArrayList<>(List.of(DATA));
    settings.addAll(SmtpFrontSettings.SETTINGS);
    settings.addAll(Pop3Settings.SETTINGS);
    settings.addAll(
        List.of(
            PORT_API,
            ServerHealth.PORT,
            MetricsSettings.METRICS,
            ADMIN_TOKEN,
            CommonSettings.HOSTNAME,
            CommonSettings.HELO_NAME,
            CommonSettings.RETURN_SECRETS,
            AwsPorts.VAULT_KEY_FILE,
            CommonSettings.TRUSTED_NETWORKS,
            CommonSettings.SMART_HOST,
            CommonSettings.DNS,
            CommonSettings.OUTBOUND_PORT,
            CommonSettings.OWN_ADDRESSES,
            ApiSettings.OUTBOUND_ADDRESSES,
            ApiSettings.MTA_STS_MODE,
            SendSettings.RETRY_SCHEDULE,
            SendSettings.DESTINATION_CONCURRENCY,
            SendSettings.WORKERS,
            DYNOXIDE,
            ENDPOINT));
    settings.addAll(TlsSettings.SETTINGS);
    Map<String, Setting> byKey = new LinkedHashMap<>();
    settings.forEach(setting -> byKey.put(setting.key(), setting));
    return List.copyOf(byKey.values());
  }

  private static Optional<Path> path(SettingsReader reader, Setting setting) {
    try {
      return Optional.of(Path.of(reader.required(setting)).toAbsolutePath().normalize());
    } catch (InvalidPathException malformed) {
      reader.reject(setting, "is no path");
      return Optional.empty();
    }
  }

  private static Optional<URI> uri(SettingsReader reader) {
    try {
      Optional<URI> uri = reader.optional(ENDPOINT).map(URI::create);
      if (uri.isPresent()
          && (uri.get().getHost() == null || !uri.get().getScheme().startsWith("http"))) {
        reader.reject(ENDPOINT, "is no http or https URL");
      }
      return uri;
    } catch (IllegalArgumentException malformed) {
      reader.reject(ENDPOINT, "is no URL");
      return Optional.empty();
    }
  }
}
