package skypost.mail.memory;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.SigningKeys;

/** {@link SigningKeys} in memory. Thread safe. */
public final class InMemorySigningKeys implements SigningKeys {
  private final Map<String, DomainKeys> domains = new ConcurrentHashMap<>();

  @Override
  public DomainKeys of(String domain) {
    return domains.getOrDefault(domain, DomainKeys.none(domain));
  }

  @Override
  public synchronized boolean replace(DomainKeys next) {
    if (of(next.domain()).version() != next.version() - 1) {
      return false;
    }
    domains.put(next.domain(), next);
    return true;
  }

  @Override
  public void forget(String domain) {
    domains.remove(domain);
  }
}
