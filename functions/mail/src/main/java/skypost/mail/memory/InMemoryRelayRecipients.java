package skypost.mail.memory;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import skypost.mail.directory.Page;
import skypost.mail.directory.RelayRecipients;
import skypost.protocol.address.EmailAddress;

/** A {@link RelayRecipients} in memory. Thread safe. */
public final class InMemoryRelayRecipients implements RelayRecipients {
  private final TreeMap<String, TreeSet<String>> domains = new TreeMap<>();

  @Override
  public synchronized boolean contains(EmailAddress address) {
    return of(address.domain()).contains(address.local());
  }

  @Override
  public synchronized void put(Collection<EmailAddress> addresses) {
    for (EmailAddress address : addresses) {
      domains.computeIfAbsent(address.domain(), _ -> new TreeSet<>()).add(address.local());
    }
  }

  @Override
  public synchronized void remove(Collection<EmailAddress> addresses) {
    addresses.forEach(address -> of(address.domain()).remove(address.local()));
  }

  @Override
  public synchronized Page<EmailAddress> list(String domain, int limit, Optional<String> next) {
    List<String> locals =
        next.map(after -> of(domain).tailSet(after, false)).orElse(of(domain)).stream()
            .limit(limit + 1L)
            .toList();
    boolean more = locals.size() > limit;
    List<String> page = more ? locals.subList(0, limit) : locals;
    return new Page<>(
        page.stream().map(local -> new EmailAddress(local, domain)).toList(),
        more ? Optional.of(page.getLast()) : Optional.empty());
  }

  private TreeSet<String> of(String domain) {
    return domains.getOrDefault(domain, new TreeSet<>());
  }
}
