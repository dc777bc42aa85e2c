package skypost.mail.tlspolicy;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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

  public MtaSts(Dns dns, PolicyFiles files, KeptPolicies policies, Clock clock) {
    this.dns = dns;
    this.files = files;
    this.policies = policies;
    this.clock = clock;
  }

  /**
   * The policy that holds now; empty when there is none.
   *
   * @param domain the recipient's, in canonical form
   * @throws IOException when it cannot be told whether one is kept
   */
  public Optional<StsPolicy> of(String domain) throws IOException {
    Instant now = clock.instant();
    Known last = known.get(domain);
    if (last == null) {
      last = new Known(policies.find(domain, now), Instant.MIN);
    }
    Known next = renewed(domain, last, now);
    if (known.size() >= MAX_REMEMBERED) {
      known.clear();
    }
    known.put(domain, next);
    return next.kept().filter(kept -> now.isBefore(kept.expires())).map(KeptPolicy::policy);
  }

  private Known renewed(String domain, Known last, Instant now) {
    // Without an announcement a policy holds until it expires: its withdrawal is a policy too
    Optional<String> announced = StsRecord.id(dns.texts("_mta-sts." + domain));
    if (announced.isEmpty() || now.isBefore(last.notBefore())) {
      return last;
    }
    boolean fresh =
        last.kept()
            .filter(kept -> kept.id().equals(announced.get()) && now.isBefore(kept.stale()))
            .isPresent();
    if (fresh) {
      return last;
    }
    try {
      StsPolicy policy =
          StsPolicy.parse(files.fetch(domain))
              .orElseThrow(() -> new IOException("the file is no policy"));
      KeptPolicy fetched = new KeptPolicy(announced.get(), policy, now);
      keep(domain, fetched);
      return new Known(Optional.of(fetched), Instant.MIN);
    } catch (IOException fault) { // RFC 8461 section 3.3: one that is kept holds on
      EventLog.warn("mta-sts-unfetched").with("domain", domain).cause(fault).write();
      return new Known(last.kept(), now.plus(FETCH_AGAIN));
    }
  }

  private void keep(String domain, KeptPolicy policy) {
    try {
      policies.keep(domain, policy);
    } catch (IOException fault) { // this function knows it; another will fetch it
      EventLog.warn("mta-sts-unkept").with("domain", domain).cause(fault).write();
    }
  }
}
