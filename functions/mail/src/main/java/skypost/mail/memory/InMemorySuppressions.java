package skypost.mail.memory;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import skypost.mail.directory.Page;
import skypost.mail.directory.Suppressions;
import skypost.protocol.address.EmailAddress;

/** {@link Suppressions} in memory. Thread safe. */
public final class InMemorySuppressions implements Suppressions {
  private final Map<String, NavigableMap<String, Suppression>> domains = new HashMap<>();

  @Override
  public synchronized Optional<Suppression> find(String domain, EmailAddress address, Instant now) {
    return Optional.ofNullable(of(domain).get(address.toString()))
        .filter(found -> found.holds(now));
  }

  @Override
  public synchronized void put(String domain, Suppression suppression) {
    of(domain).put(suppression.address().toString(), suppression);
  }

  @Override
  public synchronized boolean remove(String domain, EmailAddress address) {
    return of(domain).remove(address.toString()) != null;
  }

  @Override
  public synchronized Page<Suppression> list(
      String domain, int limit, Optional<String> next, Instant now) {
    List<Suppression> rest =
        of(domain).tailMap(next.orElse(""), false).values().stream()
            .filter(each -> each.holds(now))
            .toList();
    if (rest.size() <= limit) {
      return new Page<>(rest, Optional.empty());
    }
    List<Suppression> items = rest.subList(0, limit);
    return new Page<>(items, Optional.of(items.getLast().address().toString()));
  }

  private NavigableMap<String, Suppression> of(String domain) {
    return domains.computeIfAbsent(domain, _ -> new TreeMap<>());
  }
}
