package skypost.mail.admin;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SmartHost;

/**
 * The logins at smart hosts while relay settings are being changed: those whose passwords are kept,
 * and those that get new ones. For one change.
 */
public final class SmartHostLogins {
  private static final int ID_OCTETS = 16;

  private final RelaySettings present;
  private final RandomGenerator random;
  private final Map<String, String> added = new LinkedHashMap<>();

  SmartHostLogins(RelaySettings present, RandomGenerator random) {
    this.present = present;
    this.random = random;
  }

  /**
   * The login that there is for this account, with its password. Another host never gets a password
   * that was given for this one.
   */
  public Optional<SmartHost.Login> kept(HostPort server, String username) {
    return present.smartHosts().all().stream()
        .filter(host -> host.isLoginOf(server, username))
        .flatMap(host -> host.login().stream())
        .findFirst();
  }

  /** A login with a new password. */
  public SmartHost.Login with(String username, String password) {
    byte[] id = new byte[ID_OCTETS];
    random.nextBytes(id);
    String secret = HexFormat.of().formatHex(id);
    added.put(secret, password);
    return new SmartHost.Login(username, secret);
  }

  /** New passwords by their ids. */
  Map<String, String> added() {
    return added;
  }
}
