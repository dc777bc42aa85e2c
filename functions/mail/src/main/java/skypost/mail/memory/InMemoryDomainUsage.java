package skypost.mail.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.mailbox.DomainUsage;

/** {@link DomainUsage} in memory. Thread safe. */
public final class InMemoryDomainUsage implements DomainUsage {
  private final Map<String, Usage> usages = new HashMap<>();

  @Override
  public synchronized Optional<Usage> find(String domain) {
    return Optional.ofNullable(usages.get(domain));
  }

  @Override
  public synchronized boolean replace(String domain, Optional<Usage> seen, Usage next) {
    if (!find(domain).equals(seen)) {
      return false;
    }
    usages.put(domain, next);
    return true;
  }

  @Override
  public synchronized void forget(String domain) {
    usages.remove(domain);
  }
}
