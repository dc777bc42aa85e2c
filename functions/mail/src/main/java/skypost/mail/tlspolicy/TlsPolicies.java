package skypost.mail.tlspolicy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import skypost.mail.dns.Tlsa;
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
  private final CountTlsSessions sessions;
  private final Optional<CertificateCheck> check;
  private final TlsDemand opportunistic = OpportunisticTls.demand();

  /**
   * @param dane empty: not looked at
   * @param sts empty: not looked at
   * @param trusted believes the authorities that certificates must come from
   */
  public TlsPolicies(Optional<Dane> dane, Optional<MtaSts> sts, SSLContext trusted) {
    this(dane, sts, trusted, CountTlsSessions.off(), Optional.empty());
  }

  private TlsPolicies(
      Optional<Dane> dane,
      Optional<MtaSts> sts,
      SSLContext trusted,
      CountTlsSessions sessions,
      Optional<CertificateCheck> check) {
    this.dane = dane;
    this.sts = sts;
    this.trusted = trusted;
    this.sessions = sessions;
    this.check = check;
  }

  /** The same, with failures counted that end a session before it begins. */
  public TlsPolicies counting(CountTlsSessions counted) {
    return new TlsPolicies(dane, sts, trusted, counted, check);
  }

  /** The same, with certificates looked at where a policy is tested and not enforced. */
  public TlsPolicies examining(CertificateCheck by) {
    return new TlsPolicies(dane, sts, trusted, sessions, Optional.of(by));
  }

  /** Nothing is looked at, and nothing demanded but by senders. */
  public static TlsPolicies none(SSLContext trusted) {
    return new TlsPolicies(Optional.empty(), Optional.empty(), trusted);
  }

  /** What came of it. */
  public sealed interface Decision {
    /**
     * Servers that may be tried, in the given order; at least one.
     *
     * @param policies what sessions with them are held against, to be counted
     */
    record Admitted(List<Hop> hops, AppliedPolicies policies) implements Decision {
      public Admitted {
        hops = List.copyOf(hops);
      }

      Admitted(List<Hop> hops) {
        this(hops, AppliedPolicies.NONE);
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
        dane.map(each -> each.exchangers(domain)).orElse(new Dane.Exchangers.Insecure());
    if (trust instanceof Dane.Exchangers.Unknown) { // RFC 7672 section 2.1.1
      sessions.count(
          domain, TlsSession.failed(AppliedPolicy.TLSA_UNKNOWN, "", TlsResult.DNSSEC_INVALID));
      return new Decision.Refused(
          SmtpReply.of(451, 7, 5, "the MX records of " + domain + " cannot be validated"));
    }
    MtaSts.Found found = sts.isPresent() ? sts.get().look(domain) : MtaSts.Found.NOTHING;
    found
        .fault()
        .map(fault -> TlsSession.failed(AppliedPolicy.STS_UNKNOWN, "", fault))
        .ifPresent(session -> sessions.count(domain, session));
    Optional<Set<String>> vouched =
        trust instanceof Dane.Exchangers.Secure(Set<String> hosts)
            ? Optional.of(hosts)
            : Optional.empty();
    return decide(new Case(domain, wish, vouched, found.policy()), peers);
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
   * @param vouched the exchangers that DNSSEC vouches for; empty: for none
   */
  private record Case(
      String domain, TlsWish wish, Optional<Set<String>> vouched, Optional<StsPolicy> policy) {
    Optional<StsPolicy> enforced() {
      return policy.filter(each -> each.mode() == StsPolicy.Mode.ENFORCE);
    }
  }

  private Decision decide(Case asked, List<Peer> peers) {
    List<Hop> hops = new ArrayList<>();
    Map<Hop, AppliedPolicies.Applied> applied = new HashMap<>();
    List<String> reasons = new ArrayList<>();
    for (Peer peer : peers) {
      switch (of(peer.host(), asked)) {
        case Terms.Demand(TlsDemand demand, var policy) -> {
          Hop hop = new Hop(peer, demand);
          hops.add(hop);
          policy.ifPresent(each -> applied.put(hop, each));
        }
        case Terms.Passed(String why) -> reasons.add(peer.host() + " " + why);
      }
    }
    if (!hops.isEmpty()) {
      return new Decision.Admitted(hops, new AppliedPolicies(asked.domain(), applied));
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
    /**
     * @param policy what a session is held against; empty: it is not counted
     */
    record Demand(TlsDemand demand, Optional<AppliedPolicies.Applied> policy) implements Terms {
      Demand(TlsDemand demand, AppliedPolicy policy) {
        this(demand, Optional.of(AppliedPolicies.Applied.enforced(policy)));
      }
    }

    record Passed(String why) implements Terms {}
  }

  private Terms of(String host, Case asked) {
    if (asked.vouched().isPresent()) {
      if (!asked.vouched().get().contains(host)) { // the list of peers came without DNSSEC
        sessions.count(
            asked.domain(),
            TlsSession.failed(AppliedPolicy.TLSA_UNKNOWN, host, TlsResult.DNSSEC_INVALID));
        return new Terms.Passed("is not in the validated MX records");
      }
      switch (dane.orElseThrow().of(host, asked.domain())) {
        case Dane.Finding.Unknown(String why) -> {
          sessions.count(
              asked.domain(),
              TlsSession.failed(AppliedPolicy.TLSA_UNKNOWN, host, TlsResult.DNSSEC_INVALID));
          return new Terms.Passed("cannot be validated (" + why + ")");
        }
        case Dane.Finding.Authenticated(ServerIdentity identity, var records) -> {
          return dane(identity, records);
        }
        case Dane.Finding.Encrypted(ServerIdentity identity, var records)
            when asked.wish() != TlsWish.REQUIRED -> {
          return dane(identity, records);
        }
        case Dane.Finding.Encrypted ignored -> {} // not authenticated, as REQUIRETLS wants it
        case Dane.Finding.Nothing ignored -> {}
      }
    }
    return withoutDane(host, asked);
  }

  private static Terms dane(ServerIdentity identity, List<Tlsa> records) {
    return new Terms.Demand(
        new TlsDemand.Required(identity, "DANE of " + identity.name()), AppliedPolicy.of(records));
  }

  private Terms withoutDane(String host, Case asked) {
    Optional<StsPolicy> policy = asked.enforced();
    if (policy.isPresent()) {
      if (policy.get().names(host)) { // RFC 8461 section 4.1
        return new Terms.Demand(
            verified(host, "MTA-STS of " + asked.domain()), AppliedPolicy.of(policy.get()));
      }
      countUnnamed(host, policy.get(), asked.domain());
      return new Terms.Passed("is not in the MTA-STS policy of " + asked.domain());
    }
    if (asked.wish() != TlsWish.REQUIRED) {
      return new Terms.Demand(opportunistic, unenforced(host, asked));
    }
    // RFC 8689 section 4.2.1: the name must come from DNSSEC or from an MTA-STS policy
    boolean vouched =
        asked.vouched().isPresent() || asked.policy().filter(each -> each.names(host)).isPresent();
    return vouched
        ? new Terms.Demand(verified(host, "the sender (REQUIRETLS)"), Optional.empty())
        : new Terms.Passed(NOBODY_VOUCHES);
  }

  private void countUnnamed(String host, StsPolicy policy, String domain) {
    sessions.count(
        domain, TlsSession.failed(AppliedPolicy.of(policy), host, TlsResult.VALIDATION_FAILURE));
  }

  /** In mode testing failures are counted and stop nothing (RFC 8461 section 5). */
  private Optional<AppliedPolicies.Applied> unenforced(String host, Case asked) {
    Optional<StsPolicy> tested =
        asked.policy().filter(each -> each.mode() == StsPolicy.Mode.TESTING);
    if (tested.isEmpty()) {
      return Optional.of(AppliedPolicies.Applied.enforced(AppliedPolicy.NONE));
    }
    if (!tested.get().names(host)) {
      countUnnamed(host, tested.get(), asked.domain());
      return Optional.empty();
    }
    return Optional.of(new AppliedPolicies.Applied(AppliedPolicy.of(tested.get()), false, check));
  }

  private TlsDemand verified(String host, String reason) {
    return new TlsDemand.Required(new ServerIdentity(trusted, host, true), reason);
  }
}
