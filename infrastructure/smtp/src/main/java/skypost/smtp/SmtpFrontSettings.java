package skypost.smtp;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import skypost.mail.authorize.TokenIssuer;
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
 * @param defence against those who want too much
 * @param checkLimit how long a client waits for the check of a message's sender, at most; then the
 *     message is taken
 * @param bearerTokens whether users may log in with them
 */
public record SmtpFrontSettings(
    String hostname,
    InetAddress bind,
    Map<Door, Integer> ports,
    long maxMessageBytes,
    int maxConnections,
    SSLContext tls,
    List<Network> proxyNetworks,
    Defence defence,
    Duration checkLimit,
    boolean bearerTokens) {
  /** With the usual limit of checks, and without bearer tokens. */
  public SmtpFrontSettings(
      String hostname,
      InetAddress bind,
      Map<Door, Integer> ports,
      long maxMessageBytes,
      int maxConnections,
      SSLContext tls,
      List<Network> proxyNetworks,
      Defence defence) {
    this(
        hostname,
        bind,
        ports,
        maxMessageBytes,
        maxConnections,
        tls,
        proxyNetworks,
        defence,
        Duration.ofSeconds(15),
        false);
  }

  /**
   * How much one peer or user gets, and how long answers are believed.
   *
   * @param connectionsPerClient at once, of one IPv4 address or one IPv6 /64, on all doors
   *     together; 0: no limit. Loopback is not counted
   * @param greetingDelay what a peer on port 25 waits before the greeting; zero: not at all
   * @param recipientsPerHour that one user may write to; 0: no limit
   * @param recipientMemory how long an accepted recipient is not asked about again; zero: always
   *     ask
   * @param network what one client network may do, through all fronts together
   */
  public record Defence(
      int connectionsPerClient,
      Duration greetingDelay,
      int recipientsPerHour,
      Duration recipientMemory,
      NetworkRates network) {
    /** With as many messages of a network as come. */
    public Defence(
        int connectionsPerClient,
        Duration greetingDelay,
        int recipientsPerHour,
        Duration recipientMemory) {
      this(
          connectionsPerClient,
          greetingDelay,
          recipientsPerHour,
          recipientMemory,
          NetworkRates.UNLIMITED);
    }

    /** Nobody is held up. */
    public static final Defence NONE = new Defence(0, Duration.ZERO, 0, Duration.ZERO);
  }

  /**
   * Rates of one IPv4 address or IPv6 /64 that is neither trusted nor logged in; 0: no limit.
   *
   * @param connectionsPerMinute on all doors together, logged in or not
   * @param messagesPerHour on port 25
   * @param recipientsPerHour on port 25, counted as they are accepted
   * @param refusalsPerHour recipients on port 25 that are refused for good
   */
  public record NetworkRates(
      int connectionsPerMinute, int messagesPerHour, int recipientsPerHour, int refusalsPerHour) {
    /** As much as comes. */
    public static final NetworkRates UNLIMITED = new NetworkRates(0, 0, 0, 0);
  }

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

  public static final Setting MAX_CONNECTIONS_PER_CLIENT =
      new Setting(
          "SKYPOST_MAX_CONNECTIONS_PER_CLIENT",
          "SMTP connections at once of one IPv4 address or IPv6 /64, loopback and trusted networks excepted; 0: no limit",
          "50");
  public static final Setting GREETING_DELAY =
      new Setting(
          "SKYPOST_GREETING_DELAY",
          "milliseconds before the greeting on port 25, in which a client that speaks is dropped; 0: none",
          "0");
  public static final Setting MAX_RECIPIENTS_PER_HOUR =
      new Setting(
          "SKYPOST_MAX_RECIPIENTS_PER_HOUR",
          "recipients that one user may write to in an hour; 0: no limit",
          "0");
  public static final Setting MAX_CONNECTIONS_PER_MINUTE =
      new Setting(
          "SKYPOST_MAX_CONNECTIONS_PER_MINUTE",
          "SMTP connections that one IPv4 address or IPv6 /64 may begin in a minute, loopback and trusted networks excepted; 0: no limit",
          "0");
  public static final Setting MAX_CLIENT_MESSAGES_PER_HOUR =
      new Setting(
          "SKYPOST_MAX_CLIENT_MESSAGES_PER_HOUR",
          "messages on port 25 of one IPv4 address or IPv6 /64 in an hour, trusted networks excepted; 0: no limit",
          "0");
  public static final Setting MAX_CLIENT_RECIPIENTS_PER_HOUR =
      new Setting(
          "SKYPOST_MAX_CLIENT_RECIPIENTS_PER_HOUR",
          "recipients on port 25 of one IPv4 address or IPv6 /64 in an hour, trusted networks excepted; 0: no limit",
          "0");
  public static final Setting MAX_CLIENT_REFUSALS_PER_HOUR =
      new Setting(
          "SKYPOST_MAX_CLIENT_REFUSALS_PER_HOUR",
          "recipients on port 25 that do not exist, of one IPv4 address or IPv6 /64 in an hour, trusted networks excepted; 0: no limit",
          "0");
  public static final Setting RECIPIENT_MEMORY =
      new Setting(
          "SKYPOST_RECIPIENT_MEMORY",
          "seconds for which a front believes that a recipient exists (a sixth of it, that he does not); 0: always ask",
          "0");
  public static final Setting SENDER_CHECK_LIMIT =
      new Setting(
          "SKYPOST_SENDER_CHECK_LIMIT",
          "seconds that a client waits, at most, where a domain wants forged mail refused; then the message is taken, and goes to Junk if it is forged",
          "15");

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
          MAX_CONNECTIONS_PER_CLIENT,
          GREETING_DELAY,
          MAX_RECIPIENTS_PER_HOUR,
          MAX_CONNECTIONS_PER_MINUTE,
          MAX_CLIENT_MESSAGES_PER_HOUR,
          MAX_CLIENT_RECIPIENTS_PER_HOUR,
          MAX_CLIENT_REFUSALS_PER_HOUR,
          RECIPIENT_MEMORY,
          SENDER_CHECK_LIMIT,
          TokenIssuer.ISSUERS,
          ServerTls.CERTIFICATE,
          ServerTls.KEY,
          ServerTls.MORE);

  private static final long MOST_RATE = 1_000_000_000;
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
        reader.networks(CommonSettings.PROXY_NETWORKS),
        defence(reader),
        Duration.ofSeconds(reader.number(SENDER_CHECK_LIMIT, 1, 240)),
        !TokenIssuer.read(reader).isEmpty());
  }

  private static Defence defence(SettingsReader reader) {
    return new Defence(
        (int) reader.number(MAX_CONNECTIONS_PER_CLIENT, 0, 1_000_000),
        Duration.ofMillis(reader.number(GREETING_DELAY, 0, 60_000)),
        (int) reader.number(MAX_RECIPIENTS_PER_HOUR, 0, MOST_RATE),
        Duration.ofSeconds(reader.number(RECIPIENT_MEMORY, 0, 3600)),
        new NetworkRates(
            (int) reader.number(MAX_CONNECTIONS_PER_MINUTE, 0, MOST_RATE),
            (int) reader.number(MAX_CLIENT_MESSAGES_PER_HOUR, 0, MOST_RATE),
            (int) reader.number(MAX_CLIENT_RECIPIENTS_PER_HOUR, 0, MOST_RATE),
            (int) reader.number(MAX_CLIENT_REFUSALS_PER_HOUR, 0, MOST_RATE)));
  }
}
