package skypost.mail.memory;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.tlspolicy.KeptPolicies;
import skypost.mail.tlspolicy.KeptPolicy;

/** {@link KeptPolicies} in memory. */
public final class InMemoryKeptPolicies implements KeptPolicies {
  private final Map<String, KeptPolicy> policies = new ConcurrentHashMap<>();

  @Override
  public Optional<KeptPolicy> find(String domain, Instant now) {
    return Optional.ofNullable(policies.get(domain)).filter(kept -> now.isBefore(kept.expires()));
  }

  @Override
  public void keep(String domain, KeptPolicy policy) {
    policies.put(domain, policy);
  }
}
