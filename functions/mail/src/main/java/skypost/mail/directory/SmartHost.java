package skypost.mail.directory;

import java.util.Optional;

/**
 * A server that takes mail for others' domains from us, and on what terms.
 *
 * @param server its certificate must be for this host, where there must be one
 * @param tls what is demanded
 * @param login as whom; only where TLS is demanded, or the password could be had by anybody
 */
public record SmartHost(HostPort server, Tls tls, Optional<Login> login) {
  /** RFC 8314 section 7.3: the port on which TLS comes before all else. */
  public static final int SUBMISSIONS_PORT = 465;

  /** Characters of a username, or of a password; tokens that stand for passwords are long. */
  public static final int MAX_CREDENTIAL = 4000;

  /** What is demanded of TLS. */
  public enum Tls {
    /** TLS where it is offered, with any certificate; else clear text (RFC 7435). */
    OPPORTUNISTIC,
    /** STARTTLS with a certificate for the host, or no mail. */
    REQUIRED,
    /** The same, but TLS from the first octet on (RFC 8314 section 3.3). */
    IMPLICIT
  }

  /**
   * Our account there. The password is elsewhere: who reads the relay settings need not know it.
   *
   * @param username as that server wants it
   * @param secret under which {@link SmartHostPasswords} has the password, or {@link #OF_SETTING}
   */
  public record Login(String username, String secret) {
    /** The password is the one of the installation's setting, if that is about this login. */
    public static final String OF_SETTING = "setting";
  }

  public SmartHost {
    if (login.isPresent() && tls == Tls.OPPORTUNISTIC) {
      throw new IllegalArgumentException("a password to " + server + " needs TLS");
    }
  }

  /** Without login, on the usual terms. */
  public static SmartHost of(HostPort server) {
    return new SmartHost(server, usualTls(server.port(), false), Optional.empty());
  }

  /** What is demanded where nothing is said of it. */
  public static Tls usualTls(int port, boolean withLogin) {
    if (port == SUBMISSIONS_PORT) {
      return Tls.IMPLICIT;
    }
    return withLogin ? Tls.REQUIRED : Tls.OPPORTUNISTIC;
  }

  /** Whether a text can be a username or a password: SASL ends them with NUL (RFC 4616). */
  public static boolean isCredential(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_CREDENTIAL
        && text.codePoints().noneMatch(Character::isISOControl);
  }

  /** Whether it is the same account at the same host, to which a password that is kept belongs. */
  public boolean isLoginOf(HostPort other, String username) {
    return server.host().equalsIgnoreCase(other.host())
        && login.filter(mine -> mine.username().equals(username)).isPresent();
  }

  @Override
  public String toString() {
    return server.toString();
  }
}
