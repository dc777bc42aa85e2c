package skypost.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import skypost.mail.admin.SmartHostLogins;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.SmartHost;
import skypost.mail.directory.SmartHosts;
import skypost.protocol.address.Domains;

/** Smart hosts as an administrator writes them: {@code host:port}, or an object with more. */
final class SmartHostMembers {
  private static final String STANDARD = "smartHost";
  private static final String DEFAULT = "default";
  private static final String HOSTS = "smartHosts";
  private static final String USERNAME = "username";
  private static final String PASSWORD = "password";
  private static final String TLS = "tls";

  /** What GET shows in a password's place. */
  private static final String HAS_PASSWORD = "hasPassword";

  private static final Set<String> ALL = Set.of(DEFAULT, "domains");
  private static final Set<String> HOST = Set.of("host", USERNAME, PASSWORD, HAS_PASSWORD, TLS);
  private static final String HOST_PORT = "host:port";
  private static final String CREDENTIAL =
      "1 to " + SmartHost.MAX_CREDENTIAL + " characters, none of them a control";
  private static final int SMTP_PORT = 25;
  private static final int SUBMISSION_PORT = 587;
  private static final int MAX_DOMAINS = 1000;

  private final SmartHostLogins logins;

  /**
   * @param logins keeps passwords that are left out
   */
  SmartHostMembers(SmartHostLogins logins) {
    this.logins = logins;
  }

  /**
   * A smart host as it is written.
   *
   * @param password a new one; empty: the one that is kept for this account
   */
  private record Written(
      HostPort server, SmartHost.Tls tls, Optional<String> username, Optional<String> password) {
    /** Whether both can be meant. */
    boolean agrees(Written other) {
      return server.equals(other.server)
          && tls == other.tls
          && username.equals(other.username)
          && (password.isEmpty() || other.password.isEmpty() || password.equals(other.password));
    }

    @Override
    public String toString() {
      return server + username.map(name -> " as " + name).orElse("") + " with TLS " + tls;
    }
  }

  SmartHosts read(Members members) {
    Optional<Written> smartHost = written(members, STANDARD);
    Members smartHosts = members.object(HOSTS, ALL);
    Optional<Written> standard = written(smartHosts, DEFAULT);
    if (smartHost.isPresent() && standard.isPresent() && !smartHost.get().agrees(standard.get())) {
      smartHosts.error(DEFAULT, "not " + smartHost.get() + ", as smartHost says; it is the same");
    }
    Map<String, SmartHost> domains = new LinkedHashMap<>();
    Members byDomain = smartHosts.objectOf("domains", MAX_DOMAINS);
    for (String name : byDomain.names()) {
      Optional<String> domain = domain(name);
      if (domain.isEmpty()) {
        byDomain.error(name, "its name is not a domain name");
      }
      Optional<SmartHost> host = written(byDomain, name).map(each -> host(byDomain, name, each));
      if (domain.isPresent() && host.isPresent()) {
        domains.put(domain.get(), host.get());
      }
    }
    boolean byDefault =
        smartHost.isEmpty() || (standard.isPresent() && standard.get().password().isPresent());
    return new SmartHosts(
        byDefault
            ? standard.map(each -> host(smartHosts, DEFAULT, each))
            : smartHost.map(each -> host(members, STANDARD, each)),
        domains);
  }

  static Optional<String> domain(String text) {
    return Domains.parse(text).filter(domain -> !domain.startsWith("["));
  }

  private static Function<String, Optional<HostPort>> hostPort(int defaultPort) {
    return text -> HostPort.parse(text, defaultPort);
  }

  private static Optional<Written> written(Members members, String name) {
    if (!members.isObject(name)) {
      return members
          .parsed(name, HOST_PORT, hostPort(SMTP_PORT))
          .map(SmartHost::of)
          .map(host -> new Written(host.server(), host.tls(), Optional.empty(), Optional.empty()));
    }
    Members host = members.object(name, HOST);
    Optional<String> username = host.parsed(USERNAME, CREDENTIAL, SmartHostMembers::credential);
    Optional<String> password = host.parsed(PASSWORD, CREDENTIAL, SmartHostMembers::credential);
    SmartHost.Tls given = host.choice(TLS, SmartHost.Tls.class, SmartHost.Tls.OPPORTUNISTIC);
    Optional<HostPort> server =
        host.parsed("host", HOST_PORT, hostPort(defaultPort(host.has(TLS), given, username)));
    host.required("host");
    host.flag(HAS_PASSWORD, true);
    SmartHost.Tls tls =
        host.has(TLS) || server.isEmpty()
            ? given
            : SmartHost.usualTls(server.get().port(), username.isPresent());
    if (password.isPresent() && !host.has(USERNAME)) {
      host.error(USERNAME, "is required with a password");
    }
    if (username.isPresent() && tls == SmartHost.Tls.OPPORTUNISTIC && server.isPresent()) {
      host.errorUnlessRefused(
          TLS, "a password is sent only where TLS is demanded: \"required\" or \"implicit\"");
      return Optional.empty();
    }
    return server.map(there -> new Written(there, tls, username, password));
  }

  private static int defaultPort(boolean said, SmartHost.Tls tls, Optional<String> username) {
    if (tls == SmartHost.Tls.IMPLICIT) {
      return SmartHost.SUBMISSIONS_PORT;
    }
    return username.isPresent() || (said && tls == SmartHost.Tls.REQUIRED)
        ? SUBMISSION_PORT
        : SMTP_PORT;
  }

  private static Optional<String> credential(String text) {
    return Optional.of(text).filter(SmartHost::isCredential);
  }

  private SmartHost host(Members parent, String name, Written written) {
    Optional<SmartHost.Login> login = Optional.empty();
    if (written.username().isPresent()) {
      String username = written.username().get();
      login =
          written.password().isPresent()
              ? Optional.of(logins.with(username, written.password().get()))
              : logins.kept(written.server(), username);
      if (login.isEmpty()) {
        parent.error(
            name + "." + PASSWORD,
            "is required: none is kept for " + username + " at " + written.server().host());
        return new SmartHost(written.server(), written.tls(), Optional.empty());
      }
    }
    return new SmartHost(written.server(), written.tls(), login);
  }

  /**
   * The settings that a merge patch is applied to. The default smart host has two names; the one
   * that the patch does not use steps back, or the two would contradict each other.
   */
  static Map<String, Object> beforePatch(Map<String, Object> shown, Members patch) {
    Map<String, Object> present = new LinkedHashMap<>(shown);
    Map<String, Object> smartHosts = new LinkedHashMap<>();
    if (present.get(HOSTS) instanceof Map<?, ?> both) {
      both.forEach((name, value) -> smartHosts.put((String) name, value));
    }
    Object standard = present.remove(STANDARD);
    smartHosts.remove(DEFAULT);
    boolean byDefault = patch.object(HOSTS, ALL).mentions(DEFAULT);
    if (standard != null && byDefault) {
      smartHosts.put(DEFAULT, standard);
    } else if (standard != null) {
      present.put(STANDARD, standard);
    }
    present.put(HOSTS, smartHosts);
    return present;
  }
}
