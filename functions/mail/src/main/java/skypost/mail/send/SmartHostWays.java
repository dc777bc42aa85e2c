package skypost.mail.send;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import skypost.mail.directory.SmartHost;
import skypost.mail.directory.SmartHostPasswords;
import skypost.mail.settings.SmartHostSetting;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.ClientLogin;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.ServerIdentity;
import skypost.protocol.smtp.client.TlsDemand;

/**
 * The ways to smart hosts, on the administrator's terms and with our logins. A password is read
 * once: what is under its id never changes. Thread safe.
 */
public final class SmartHostWays {
  private static final int MAX_REMEMBERED = 1000;

  private final Optional<SmartHostSetting> setting;
  private final SmartHostPasswords passwords;
  private final SSLContext trusted;
  private final Map<String, String> remembered = new ConcurrentHashMap<>();

  /**
   * @param setting the smart host where the directory's relay settings name none for a sender
   * @param trusted believes the authorities that smart hosts' certificates must come from
   */
  public SmartHostWays(
      Optional<SmartHostSetting> setting, SmartHostPasswords passwords, SSLContext trusted) {
    this.setting = setting;
    this.passwords = passwords;
    this.trusted = trusted;
  }

  /** The smart host of the setting. */
  Optional<SmartHost> standard() {
    return setting.map(SmartHostSetting::smartHost);
  }

  /**
   * The way to a smart host.
   *
   * @param usual to its addresses, as to any named server
   */
  Route route(SmartHost host, List<Hop> usual) throws IOException {
    if (host.tls() == SmartHost.Tls.OPPORTUNISTIC) {
      return new Route.Through(host.server(), usual);
    }
    Optional<ClientLogin> login = Optional.empty();
    if (host.login().isPresent()) {
      String username = host.login().get().username();
      login = password(host).map(password -> new ClientLogin(username, password));
      if (login.isEmpty()) { // RFC 4954 section 6, and it is our fault, so mail waits
        String text = "no password is kept for " + username + " at " + host;
        SmtpReply reply = SmtpReply.of(454, 7, 8, text);
        SmartHostRefusals.note(host.server(), reply);
        return new Route.Later(reply);
      }
    }
    TlsDemand tls = demand(host);
    Optional<ClientLogin> as = login;
    return new Route.Through(
        host.server(), usual.stream().map(hop -> new Hop(hop.peer(), tls, as)).toList());
  }

  private TlsDemand demand(SmartHost host) {
    var identity = new ServerIdentity(trusted, host.server().host(), true);
    String reason = "the settings of smart host " + host.server().host();
    return host.tls() == SmartHost.Tls.IMPLICIT
        ? new TlsDemand.Implicit(identity, reason)
        : new TlsDemand.Required(identity, reason);
  }

  private Optional<String> password(SmartHost host) throws IOException {
    SmartHost.Login login = host.login().orElseThrow();
    if (login.secret().equals(SmartHost.Login.OF_SETTING)) {
      return setting
          .filter(own -> own.smartHost().isLoginOf(host.server(), login.username()))
          .flatMap(SmartHostSetting::password);
    }
    String known = remembered.get(login.secret());
    if (known != null) {
      return Optional.of(known);
    }
    if (remembered.size() >= MAX_REMEMBERED) {
      remembered.clear();
    }
    Optional<String> read = passwords.find(login.secret());
    read.ifPresent(password -> remembered.put(login.secret(), password));
    return read;
  }
}
