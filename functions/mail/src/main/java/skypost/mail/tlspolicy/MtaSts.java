package skypost.mail.tlspolicy;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLHandshakeException;
import skypost.mail.dns.Dns;
import skypost.protocol.log.EventLog;

/**
 * Finds the MTA-STS policy of a domain (RFC 8461 section 5.1). Thread safe.
 *
 * <p>A domain costs one read of the kept policies when it is met first, and one question for a TXT
 * record in its time to live; a policy file is fetched only when a new id is announced or half of
 * the policy's time is over.
 */
public final class MtaSts {
  /** RFC 8461 section 3.3: at least five minutes between two attempts. */
  private static final Duration FETCH_AGAIN = Duration.ofMinutes(5);

  private static final int MAX_REMEMBERED = 10_000;

  private final Dns dns;
  private final PolicyFiles files;
  private final KeptPolicies policies;
  private final Clock clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /**
   * @param kept the last policy, which may have expired
   * @param notBefore when a file may be fetched again
   */
  private record Known(Optional<KeptPolicy> kept, Instant notBefore) {}

  /**
   * What was found.
   *
   * @param policy the one that holds now; empty when there is none
   * @param fault of a policy that was fetched just now, and in vain
   */
  record Found(Optional<StsPolicy> policy, Optional<TlsResult> fault) {
    /** Nothing is published. */
    static final Found NOTHING = new Found(Optional.empty(), Optional.empty());
  }

  private record Renewed(Known known, Optional<TlsResult> fault) {
    Renewed(Known known) {
      this(known, Optional.empty());
    }
  }

  public MtaSts(Dns dns, PolicyFiles files, KeptPolicies policies, Clock clock) {
    this.dns = dns;
    this.files = files;
    this.policies = policies;
    this.clock = clock;
  }

  /**
   * Looks for the policy of a domain.
   *
   * @param domain the recipient's, in canonical form
   * @throws IOException when it cannot be told whether one is kept
   */
  Found look(String domain) throws IOException {
    Instant now = clock.instant();
    Known last = known.get(domain);
    if (last == null) {
      last = new Known(policies.find(domain, now), Instant.MIN);
    }
    Renewed next = renewed(domain, last, now);
    if (known.size() >= MAX_REMEMBERED) {
      known.clear();
    }
    known.put(domain, next.known());
    return new Found(
        next.known().kept().filter(kept -> now.isBefore(kept.expires())).map(KeptPolicy::policy),
        next.fault());
  }

  private Renewed renewed(String domain, Known last, Instant now) {
    // Without an announcement a policy holds until it expires: its withdrawal is a policy too
    Optional<String> announced = StsRecord.id(dns.texts(StsRecord.name(domain)));
    if (announced.isEmpty() || now.isBefore(last.notBefore())) {
      return new Renewed(last);
    }
    boolean fresh =
        last.kept()
            .filter(kept -> kept.id().equals(announced.get()) && now.isBefore(kept.stale()))
            .isPresent();
    if (fresh) {
      return new Renewed(last);
    }
    try {
      StsPolicy policy =
          StsPolicy.parse(files.fetch(domain))
              .orElseThrow(() -> new NoPolicy("the file is no policy"));
      KeptPolicy fetched = new KeptPolicy(announced.get(), policy, now);
      keep(domain, fetched);
      return new Renewed(new Known(Optional.of(fetched), Instant.MIN));
    } catch (IOException fault) { // RFC 8461 section 3.3: one that is kept holds on
      EventLog.warn("mta-sts-unfetched").with("domain", domain).cause(fault).write();
      return new Renewed(new Known(last.kept(), now.plus(FETCH_AGAIN)), Optional.of(result(fault)));
    }
  }

  private static final class NoPolicy extends IOException {
    private static final long serialVersionUID = 1L;

    NoPolicy(String message) {
      super(message);
    }
  }

  /** RFC 8460 section 4.3.2.2. */
  private static TlsResult result(IOException fault) {
    return switch (fault) {
      case NoPolicy ignored -> TlsResult.STS_POLICY_INVALID;
      case SSLHandshakeException ignored -> TlsResult.STS_WEBPKI_INVALID;
      default -> TlsResult.STS_POLICY_FETCH_ERROR;
    };
  }

  private void keep(String domain, KeptPolicy policy) {
    try {
      policies.keep(domain, policy);
    } catch (IOException fault) { // this function knows it; another will fetch it
      EventLog.warn("mta-sts-unkept").with("domain", domain).cause(fault).write();
    }
  }
}
