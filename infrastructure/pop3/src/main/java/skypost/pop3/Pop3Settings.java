package skypost.pop3;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import skypost.mail.authorize.TokenIssuer;
import skypost.mail.directory.Network;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.mail.tls.ServerTls;

/**
 * What the POP3 server needs to know.
 *
 * @param hostname what it calls itself, in its greeting
 * @param bind where it listens; the wildcard address for all
 * @param pop3Port with STLS; 0 lets the system choose
 * @param pop3sPort with TLS from the first octet on; 0 lets the system choose
 * @param tls for both ports
 * @param trustedNetworks clients that may send passwords in clear text
 * @param proxyNetworks peers that begin with a PROXY protocol v2 header and are believed
 * @param maxConnections at once, for each port
 * @param bearerTokens whether users may log in with them
 */
public record Pop3Settings(
    String hostname,
    InetAddress bind,
    int pop3Port,
    int pop3sPort,
    SSLContext tls,
    List<Network> trustedNetworks,
    List<Network> proxyNetworks,
    int maxConnections,
    boolean bearerTokens) {

  public static final Setting PORT_POP3 =
      new Setting("SKYPOST_PORT_POP3", "port for POP3 with STLS", "2110");
  public static final Setting PORT_POP3S =
      new Setting("SKYPOST_PORT_POP3S", "port for POP3 with TLS", "2995");
  public static final Setting MAX_CONNECTIONS =
      new Setting(
          "SKYPOST_MAX_CONNECTIONS",
          "connections at once for each port; more are told to come again",
          "4000");

  /** Every variable that {@link #read} looks at, for {@code --help}. */
  public static final List<Setting> SETTINGS =
      List.of(
          CommonSettings.HOSTNAME,
          PORT_POP3,
          PORT_POP3S,
          CommonSettings.TRUSTED_NETWORKS,
          CommonSettings.PROXY_NETWORKS,
          CommonSettings.MAX_CONNECTIONS,
          TokenIssuer.ISSUERS,
          ServerTls.CERTIFICATE,
          ServerTls.KEY,
          ServerTls.MORE);

  public Pop3Settings {
    trustedNetworks = List.copyOf(trustedNetworks);
    proxyNetworks = List.copyOf(proxyNetworks);
  }

  /** Without bearer tokens. */
  public Pop3Settings(
      String hostname,
      InetAddress bind,
      int pop3Port,
      int pop3sPort,
      SSLContext tls,
      List<Network> trustedNetworks,
      List<Network> proxyNetworks,
      int maxConnections) {
    this(
        hostname,
        bind,
        pop3Port,
        pop3sPort,
        tls,
        trustedNetworks,
        proxyNetworks,
        maxConnections,
        false);
  }

  /** Reads the settings; the reader's errors are the caller's to check. */
  public static Pop3Settings read(SettingsReader reader, InetAddress bind, Instant now) {
    String hostname = reader.hostname(CommonSettings.HOSTNAME);
    return new Pop3Settings(
        hostname,
        bind,
        reader.port(PORT_POP3),
        reader.port(PORT_POP3S),
        ServerTls.read(reader, hostname, now),
        reader.networks(CommonSettings.TRUSTED_NETWORKS),
        reader.networks(CommonSettings.PROXY_NETWORKS),
        (int) reader.number(CommonSettings.MAX_CONNECTIONS, 1, 1_000_000),
        !TokenIssuer.read(reader).isEmpty());
  }
}
