package skypost.mail.directory;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;

/** Smart hosts in JSON: {@code host:port}, or an object where that does not say it all. */
final class SmartHostJson {
  private static final int SMTP_PORT = 25;
  private static final String HOST = "host";
  private static final String USERNAME = "username";
  private static final String TLS = "tls";
  private static final String SECRET = "secret";

  private SmartHostJson() {}

  /** As the API shows it: that there is a password, and nothing by which it could be found. */
  static Object show(SmartHost host) {
    return write(host, "hasPassword", _ -> true);
  }

  /** As it is stored. */
  static Object store(SmartHost host) {
    return write(host, SECRET, SmartHost.Login::secret);
  }

  private static Object write(
      SmartHost host,
      String member,
      java.util.function.Function<SmartHost.Login, Object> ofPassword) {
    if (host.equals(SmartHost.of(host.server()))) {
      return host.server().toString();
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(HOST, host.server().toString());
    host.login()
        .ifPresent(login -> {
          fields.put(USERNAME, login.username());
          fields.put(member, ofPassword.apply(login));
        });
    fields.put(TLS, host.tls().name().toLowerCase(Locale.ROOT));
    return fields;
  }

  /** Reads what {@link #store} wrote under a key. */
  static SmartHost read(Fields fields, String key) throws IOException {
    Optional<String> server = fields.optionalText(key);
    if (server.isPresent()) {
      return SmartHost.of(server(server.get()));
    }
    Fields host = fields.object(key);
    Optional<SmartHost.Login> login =
        host.has(USERNAME)
            ? Optional.of(new SmartHost.Login(host.text(USERNAME), host.text(SECRET)))
            : Optional.empty();
    return new SmartHost(
        server(host.text(HOST)),
        SmartHost.Tls.valueOf(host.text(TLS).toUpperCase(Locale.ROOT)),
        login);
  }

  private static HostPort server(String text) throws IOException {
    return HostPort.parse(text, SMTP_PORT)
        .orElseThrow(() -> new IOException("not host:port: " + text));
  }
}
