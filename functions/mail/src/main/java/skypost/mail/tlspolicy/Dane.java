package skypost.mail.tlspolicy;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import skypost.mail.dns.SecureDns;
import skypost.mail.dns.SecureDns.Secured;
import skypost.mail.dns.Tlsa;
import skypost.protocol.smtp.client.OpportunisticTls;
import skypost.protocol.smtp.client.ServerIdentity;

/** What servers have published by DANE (RFC 7672). Thread safe. */
public final class Dane {
  private static final int MAX_CONTEXTS = 1_000;

  private final SecureDns dns;
  private final int port;
  private final Clock clock;
  private final SSLContext anybody = OpportunisticTls.context();
  private final Map<String, SSLContext> contexts = new ConcurrentHashMap<>();

  /**
   * @param port 25 but in tests
   */
  public Dane(SecureDns dns, int port, Clock clock) {
    this.dns = dns;
    this.port = port;
    this.clock = clock;
  }

  /** How far the exchangers of a domain can be relied on. */
  enum Exchangers {
    SECURE,
    INSECURE,
    UNKNOWN
  }

  /** What holds for a server. */
  sealed interface Finding {
    /** Its certificate must match the records. */
    record Authenticated(ServerIdentity identity, List<Tlsa> records) implements Finding {}

    /** TLS is a must, but who is at the other end cannot be told (RFC 7672 section 2.2.1). */
    record Encrypted(ServerIdentity identity, List<Tlsa> records) implements Finding {}

    /** Nothing is published. */
    record Nothing() implements Finding {}

    /** It cannot be told: RFC 7672 section 2.1.1: this server must not be used now. */
    record Unknown(String why) implements Finding {}
  }

  Exchangers exchangers(String domain) {
    if (!dns.isAvailable()) {
      return Exchangers.INSECURE;
    }
    return switch (dns.exchangers(domain)) {
      case Secured.Secure ignored -> Exchangers.SECURE;
      case Secured.Insecure ignored -> Exchangers.INSECURE;
      case Secured.Failed ignored -> Exchangers.UNKNOWN;
    };
  }

  /**
   * Looks up a server.
   *
   * @param domain whose exchanger it is, as a validated answer says
   */
  Finding of(String host, String domain) {
    return switch (dns.addresses(host)) {
      case Secured.Failed(String why) -> new Finding.Unknown(why);
      case Secured.Insecure ignored -> new Finding.Nothing(); // RFC 7672 section 2.2.2
      case Secured.Secure ignored ->
          switch (dns.tlsa(host, port)) {
            case Secured.Failed(String why) -> new Finding.Unknown(why);
            case Secured.Insecure ignoredToo -> new Finding.Nothing();
            case Secured.Secure secure -> finding(SecureDns.tlsa(secure), host, domain);
          };
    };
  }

  private Finding finding(List<Tlsa> records, String host, String domain) {
    if (records.isEmpty()) {
      return new Finding.Nothing();
    }
    List<Tlsa> usable = records.stream().filter(Tlsa::isUsable).toList();
    if (usable.isEmpty()) {
      return new Finding.Encrypted(new ServerIdentity(anybody, host, false), records);
    }
    if (contexts.size() >= MAX_CONTEXTS) {
      contexts.clear();
    }
    SSLContext context =
        contexts.computeIfAbsent(
            host + " " + domain + " " + usable,
            any -> DaneTrust.context(usable, List.of(host, domain), clock));
    return new Finding.Authenticated(new ServerIdentity(context, host, false), records);
  }
}
