package skypost.smtp;

import java.net.InetAddress;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import skypost.mail.directory.Network;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.mail.tls.ServerTls;

/**
 * What a front needs to know.
 *
 * @param hostname what it calls itself; the MX record's target
 * @param bind where it listens; the wildcard address for all
 * @param ports a port for each door that is open; 0 lets the system choose
 * @param maxMessageBytes announced with SIZE
 * @param maxConnections at once, for each door
 * @param tls for STARTTLS and for implicit TLS
 * @param proxyNetworks peers that begin with a PROXY protocol v2 header and are believed
 */
public record SmtpFrontSettings(
    String hostname,
    InetAddress bind,
    Map<Door, Integer> ports,
    long maxMessageBytes,
    int maxConnections,
    SSLContext tls,
    List<Network> proxyNetworks) {

  public static final Setting PORT_SMTP =
      new Setting("SKYPOST_PORT_SMTP", "port for mail from other servers", "2525");
  public static final Setting PORT_SUBMISSION =
      new Setting("SKYPOST_PORT_SUBMISSION", "port for users' mail, with STARTTLS", "2587");
  public static final Setting PORT_SUBMISSIONS =
      new Setting("SKYPOST_PORT_SUBMISSIONS", "port for users' mail, with TLS", "2465");
  public static final Setting MAX_MESSAGE_BYTES =
      new Setting(
          "SKYPOST_MAX_MESSAGE_BYTES", "octets of the largest message that is taken", "52428800");
  public static final Setting MAX_CONNECTIONS =
      new Setting(
          "SKYPOST_MAX_CONNECTIONS",
          "connections at once for each port; more are told 421",
          "10000");

  /** Every variable that {@link #read} looks at, for {@code --help}. */
  public static final List<Setting> SETTINGS =
      List.of(
          CommonSettings.HOSTNAME,
          PORT_SMTP,
          PORT_SUBMISSION,
          PORT_SUBMISSIONS,
          MAX_MESSAGE_BYTES,
          CommonSettings.MAX_CONNECTIONS,
          CommonSettings.PROXY_NETWORKS,
          ServerTls.CERTIFICATE,
          ServerTls.KEY);

  private static final long LEAST_MESSAGE =
      1; // RFC 5321 section 4.5.3.1.7 wants 64K octets, which is the operator's to keep
  private static final long MOST_MESSAGE = 5L << 30; // what S3 takes in one object without parts

  public SmtpFrontSettings {
    ports = Map.copyOf(ports);
    proxyNetworks = List.copyOf(proxyNetworks);
  }

  /** Reads the settings; the reader's errors are the caller's to check. */
  public static SmtpFrontSettings read(SettingsReader reader, InetAddress bind, Instant now) {
    String hostname = reader.hostname(CommonSettings.HOSTNAME);
    Map<Door, Integer> ports = new EnumMap<>(Door.class);
    ports.put(Door.SMTP, reader.port(PORT_SMTP));
    ports.put(Door.SUBMISSION, reader.port(PORT_SUBMISSION));
    ports.put(Door.SUBMISSIONS, reader.port(PORT_SUBMISSIONS));
    return new SmtpFrontSettings(
        hostname,
        bind,
        ports,
        reader.number(MAX_MESSAGE_BYTES, LEAST_MESSAGE, MOST_MESSAGE),
        (int) reader.number(CommonSettings.MAX_CONNECTIONS, 1, 1_000_000),
        ServerTls.read(reader, hostname, now),
        reader.networks(CommonSettings.PROXY_NETWORKS));
  }
}
