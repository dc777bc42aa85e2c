package skypost.mail.tlspolicy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.OpportunisticTls;
import skypost.protocol.smtp.client.Peer;
import skypost.protocol.smtp.client.ServerIdentity;
import skypost.protocol.smtp.client.TlsDemand;

/**
 * Decides what TLS must be with each server of a domain. DANE goes before MTA-STS (RFC 8461 section
 * 2), and TLS where it can be had is what remains (RFC 7435). Thread safe.
 */
public final class TlsPolicies {
  private final Optional<Dane> dane;
  private final Optional<MtaSts> sts;
  private final SSLContext trusted;
  private final TlsDemand opportunistic = OpportunisticTls.demand();

  /**
   * @param dane empty: not looked at
   * @param sts empty: not looked at
   * @param trusted believes the authorities that certificates must come from
   */
  public TlsPolicies(Optional<Dane> dane, Optional<MtaSts> sts, SSLContext trusted) {
    this.dane = dane;
    this.sts = sts;
    this.trusted = trusted;
  }

  /** Nothing is looked at, and nothing demanded but by senders. */
  public static TlsPolicies none(SSLContext trusted) {
    return new TlsPolicies(Optional.empty(), Optional.empty(), trusted);
  }

  /** What came of it. */
  public sealed interface Decision {
    /** Servers that may be tried, in the given order; at least one. */
    record Admitted(List<Hop> hops) implements Decision {
      public Admitted {
        hops = List.copyOf(hops);
      }
    }

    /** None may. */
    record Refused(SmtpReply reply) implements Decision {}
  }

  /**
   * Decides about the servers that MX records name.
   *
   * @param domain the recipients', in canonical form
   * @param peers in order; at least one
   * @throws IOException when it cannot be told now what holds
   */
  public Decision exchangers(String domain, List<Peer> peers, TlsWish wish) throws IOException {
    if (domain.startsWith("[")) { // an address literal has no MX, and no certificate
      return named(peers, wish);
    }
    if (wish == TlsWish.OPTIONAL) { // RFC 8689 section 4.3
      return new Decision.Admitted(hops(peers, opportunistic));
    }
    Dane.Exchangers trust =
        dane.map(each -> each.exchangers(domain)).orElse(Dane.Exchangers.INSECURE);
    if (trust == Dane.Exchangers.UNKNOWN) { // RFC 7672 section 2.1.1
      return new Decision.Refused(
          SmtpReply.of(451, 7, 5, "the MX records of " + domain + " cannot be validated"));
    }
    Optional<StsPolicy> policy = sts.isPresent() ? sts.get().of(domain) : Optional.empty();
    return decide(new Case(domain, wish, trust == Dane.Exchangers.SECURE, policy), peers);
  }

  /**
   * Decides about servers that the administrator named, or an address literal: nothing is published
   * about these, but the sender may demand something.
   */
  public Decision named(List<Peer> peers, TlsWish wish) {
    List<Hop> hops =
        wish == TlsWish.REQUIRED
            ? peers.stream()
                .map(peer -> new Hop(peer, verified(peer.host(), "the sender (REQUIRETLS)")))
                .toList()
            : hops(peers, opportunistic);
    return new Decision.Admitted(hops);
  }

  private static List<Hop> hops(List<Peer> peers, TlsDemand demand) {
    return peers.stream().map(peer -> new Hop(peer, demand)).toList();
  }

  /**
   * What is asked.
   *
   * @param secure whether DNSSEC vouches for the MX records
   */
  private record Case(String domain, TlsWish wish, boolean secure, Optional<StsPolicy> policy) {
    Optional<StsPolicy> enforced() {
      return policy.filter(each -> each.mode() == StsPolicy.Mode.ENFORCE);
    }
  }

  private Decision decide(Case asked, List<Peer> peers) {
    List<Hop> hops = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (Peer peer : peers) {
      switch (of(peer.host(), asked)) {
        case Terms.Demand(TlsDemand demand) -> hops.add(new Hop(peer, demand));
        case Terms.Passed(String why) -> reasons.add(peer.host() + " " + why);
      }
    }
    if (!hops.isEmpty()) {
      return new Decision.Admitted(hops);
    }
    String all = String.join("; ", reasons.stream().distinct().toList());
    EventLog.warn("tls-policy").with("domain", asked.domain()).with("reason", all).write();
    boolean never = asked.wish() == TlsWish.REQUIRED && reasons.stream().allMatch(UNVERIFIED);
    return new Decision.Refused(
        never
            ? SmtpReply.of(550, 7, 30, "REQUIRETLS support required: " + all) // RFC 8689 section 7
            : SmtpReply.of(451, 7, 5, "no server of " + asked.domain() + " may be used: " + all));
  }

  private static final String NOBODY_VOUCHES = "is vouched for by neither DNSSEC nor MTA-STS";
  private static final Predicate<String> UNVERIFIED = reason -> reason.endsWith(NOBODY_VOUCHES);

  private sealed interface Terms {
    record Demand(TlsDemand demand) implements Terms {}

    record Passed(String why) implements Terms {}
  }

  private Terms of(String host, Case asked) {
    if (asked.secure()) {
      switch (dane.orElseThrow().of(host, asked.domain())) {
        case Dane.Finding.Unknown(String why) -> {
          return new Terms.Passed("cannot be validated (" + why + ")");
        }
        case Dane.Finding.Authenticated(ServerIdentity identity) -> {
          return new Terms.Demand(new TlsDemand.Required(identity, "DANE of " + host));
        }
        case Dane.Finding.Encrypted(ServerIdentity identity)
            when asked.wish() != TlsWish.REQUIRED -> {
          return new Terms.Demand(new TlsDemand.Required(identity, "DANE of " + host));
        }
        case Dane.Finding.Encrypted ignored -> {} // not authenticated, as REQUIRETLS wants it
        case Dane.Finding.Nothing ignored -> {}
      }
    }
    return withoutDane(host, asked);
  }

  private Terms withoutDane(String host, Case asked) {
    Optional<StsPolicy> policy = asked.enforced();
    if (policy.isPresent()) {
      return policy.get().names(host) // RFC 8461 section 4.1
          ? new Terms.Demand(verified(host, "MTA-STS of " + asked.domain()))
          : new Terms.Passed("is not in the MTA-STS policy of " + asked.domain());
    }
    if (asked.wish() != TlsWish.REQUIRED) {
      return new Terms.Demand(opportunistic);
    }
    // RFC 8689 section 4.2.1: the name must come from DNSSEC or from an MTA-STS policy
    boolean vouched = asked.secure() || asked.policy().filter(each -> each.names(host)).isPresent();
    return vouched
        ? new Terms.Demand(verified(host, "the sender (REQUIRETLS)"))
        : new Terms.Passed(NOBODY_VOUCHES);
  }

  private TlsDemand verified(String host, String reason) {
    return new TlsDemand.Required(new ServerIdentity(trusted, host, true), reason);
  }
}
