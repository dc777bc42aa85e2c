package skypost.mail.tlspolicy;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  sealed interface Exchangers {
    /**
     * DNSSEC vouches for their names.
     *
     * @param hosts the only ones that there are; where no MX is, the domain itself
     */
    record Secure(Set<String> hosts) implements Exchangers {}

    /** Nobody vouches for them. */
    record Insecure() implements Exchangers {}

    /** It cannot be told now. */
    record Unknown() implements Exchangers {}
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
      return new Exchangers.Insecure();
    }
    return switch (dns.exchangers(domain)) {
      case Secured.Secure secure -> {
        Set<String> hosts = SecureDns.exchangers(secure);
        yield new Exchangers.Secure(
            hosts.isEmpty() ? Set.copyOf(List.of(domain, secure.canonical())) : hosts);
      }
      case Secured.Insecure ignored -> new Exchangers.Insecure();
      case Secured.Failed ignored -> new Exchangers.Unknown();
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
      // RFC 7672 section 2.2.2: unsigned, but perhaps by an alias that is signed
      case Secured.Insecure ignored ->
          dns.isSignedAlias(host) ? records(host, domain) : new Finding.Nothing();
      case Secured.Secure(var ignored, String canonical) -> {
        // RFC 7672 section 2.2.3: at what the host is an alias of, or else at its own name
        Finding found = records(canonical, domain);
        yield found instanceof Finding.Nothing && !canonical.equals(host)
            ? records(host, domain)
            : found;
      }
    };
  }

  private Finding records(String base, String domain) {
    return switch (dns.tlsa(base, port)) {
      case Secured.Failed(String why) -> new Finding.Unknown(why);
      case Secured.Insecure ignored -> new Finding.Nothing();
      case Secured.Secure secure -> finding(SecureDns.tlsa(secure), base, domain);
    };
  }

  /**
   * @param host the name that the records are of, for which the certificate must be (DANE-TA), and
   *     which the server is told (RFC 7672 sections 3.2.2 and 8.1)
   */
  private Finding finding(List<Tlsa> records, String host, String domain) {
    if (records.isEmpty()) {
      return new Finding.Nothing();
    }
    List<Tlsa> usable = records.stream().filter(Tlsa::isUsable).toList();
    if (usable.isEmpty()) {
      return new Finding.Encrypted(new ServerIdentity(anybody, host, false), records);
    }
    // RFC 7672 section 3.2.2: or for the domain itself, or what that is an alias of
    List<String> names = new ArrayList<>(List.of(host, domain));
    if (dns.exchangers(domain) instanceof Secured.Secure(var ignored, String canonical)) {
      names.add(canonical);
    }
    if (contexts.size() >= MAX_CONTEXTS) {
      contexts.clear();
    }
    SSLContext context =
        contexts.computeIfAbsent(
            names + " " + usable, any -> DaneTrust.context(usable, names, clock));
    return new Finding.Authenticated(new ServerIdentity(context, host, false), records);
  }
}
