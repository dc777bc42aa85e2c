package skypost.pop3;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import skypost.mail.directory.Network;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.mail.tls.SelfSignedCertificate;
import skypost.protocol.net.TlsContexts;
import skypost.protocol.pop3.Pop3Options;

/**
 * The container's settings, read once from the environment.
 *
 * @param hostname named in the greeting, and in the certificate where one must be made
 * @param pop3Port with STLS
 * @param pop3sPort with TLS from the start
 * @param certificate the chain in PEM; empty: a self-signed one is made
 * @param key its private key in PEM
 * @param trustedNetworks clients that may send passwords in clear text
 * @param proxyNetworks load balancers that name the client by PROXY protocol v2
 * @param maxConnections at once, on each port
 * @param bucket of the messages
 * @param mailboxesTable of the mailboxes
 * @param authorizeFunction whom to ask about logins
 */
record Pop3Settings(
    String hostname,
    int pop3Port,
    int pop3sPort,
    Optional<String> certificate,
    Optional<String> key,
    List<Network> trustedNetworks,
    List<Network> proxyNetworks,
    int maxConnections,
    String bucket,
    String mailboxesTable,
    String authorizeFunction) {

  static final Setting HOSTNAME = new Setting("SKYPOST_HOSTNAME", "this server's name, in its greeting", "");
  static final Setting PORT_POP3 = new Setting("SKYPOST_PORT_POP3", "the port with STLS", "2110");
  static final Setting PORT_POP3S = new Setting("SKYPOST_PORT_POP3S", "the port with TLS from the start", "2995");
  static final Setting TLS_CERT =
      new Setting("SKYPOST_TLS_CERT", "certificate chain, the PEM text itself; without it one is made and self-signed", "");
  static final Setting TLS_KEY = new Setting("SKYPOST_TLS_KEY", "its private key, the PEM text itself (PKCS#8)", "");
  static final Setting TRUSTED_NETWORKS =
      new Setting("SKYPOST_TRUSTED_NETWORKS", "networks whose clients may send passwords without TLS", "127.0.0.0/8,::1/128");
  static final Setting PROXY_NETWORKS =
      new Setting("SKYPOST_PROXY_NETWORKS", "load balancers that name the client by PROXY protocol v2", "");
  static final Setting MAX_CONNECTIONS = new Setting("SKYPOST_MAX_CONNECTIONS", "at once, on each port", "2000");
  static final Setting BUCKET = new Setting("SKYPOST_BUCKET", "bucket of the messages", "");
  static final Setting TABLE_MAILBOXES = new Setting("SKYPOST_TABLE_MAILBOXES", "table of the mailboxes", "");
  static final Setting FUNCTION_AUTHORIZE =
      new Setting("SKYPOST_FUNCTION_AUTHORIZE", "name or ARN of AuthorizeFunction", "");

  /** All of them, in the order of {@code --help}. */
  static final List<Setting> ALL =
      List.of(HOSTNAME, PORT_POP3, PORT_POP3S, TLS_CERT, TLS_KEY, TRUSTED_NETWORKS, PROXY_NETWORKS, MAX_CONNECTIONS, BUCKET,
          TABLE_MAILBOXES, FUNCTION_AUTHORIZE);

  /** @throws SettingsReader.SettingsException with everything that is wrong */
  static Pop3Settings read(Map<String, String> environment) {
    SettingsReader reader = new SettingsReader(environment);
    reader.required(HOSTNAME);
    var settings =
        new Pop3Settings(
            reader.text(HOSTNAME).isEmpty() ? "" : reader.hostname(HOSTNAME),
            reader.port(PORT_POP3),
            reader.port(PORT_POP3S),
            reader.optional(TLS_CERT),
            reader.optional(TLS_KEY),
            reader.networks(TRUSTED_NETWORKS),
            reader.networks(PROXY_NETWORKS),
            (int) reader.number(MAX_CONNECTIONS, 1, 100_000),
            reader.required(BUCKET),
            reader.required(TABLE_MAILBOXES),
            reader.required(FUNCTION_AUTHORIZE));
    reader.check();
    return settings;
  }

  /** What the server needs of them. @throws IllegalArgumentException when certificate and key cannot be used */
  Pop3Server.Options options(Instant now) {
    return new Pop3Server.Options(
        hostname,
        anyAddress(),
        pop3Port,
        pop3sPort,
        tls(now),
        trustedNetworks,
        proxyNetworks,
        maxConnections,
        Pop3Options.REFUSAL_DELAY);
  }

  private static InetAddress anyAddress() {
    return new InetSocketAddress(0).getAddress();
  }

  private SSLContext tls(Instant now) {
    if (certificate.isEmpty() && key.isEmpty()) {
      SelfSignedCertificate made = SelfSignedCertificate.generate(hostname, now);
      return TlsContexts.server(made.certificate(), made.key());
    }
    return TlsContexts.server(certificate.orElse(""), key.orElse(""));
  }

  @Override
  public String toString() {
    return "Pop3Settings[" + hostname + "]"; // the key stays out of logs
  }
}
