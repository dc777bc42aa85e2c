package skypost.mail.memory;

import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import skypost.mail.directory.Page;
import skypost.mail.queue.Destination;
import skypost.mail.queue.Destinations;

/** A {@link Destinations} in memory, which forgets nothing by itself. Thread safe. */
public final class InMemoryDestinations implements Destinations {
  private final NavigableMap<String, Destination> known = new TreeMap<>();

  @Override
  public synchronized Destination find(String domain) {
    return known.getOrDefault(domain, Destination.healthy(domain));
  }

  @Override
  public synchronized Optional<Destination> replace(
      Destination seen, Destination next, Instant now) {
    if (find(seen.domain()).version() != seen.version()) {
      return Optional.empty();
    }
    var kept =
        new Destination(
            seen.domain(), next.phase(), next.lease(), next.troubles(), seen.version() + 1);
    known.put(seen.domain(), kept);
    return Optional.of(kept);
  }

  @Override
  public synchronized boolean forget(String domain) {
    return known.remove(domain) != null;
  }

  @Override
  public synchronized Page<Destination> list(int limit, Optional<String> next) {
    List<Destination> rest =
        known.tailMap(next.orElse(""), false).values().stream().limit(limit + 1L).toList();
    if (rest.size() <= limit) {
      return new Page<>(rest, Optional.empty());
    }
    List<Destination> items = rest.subList(0, limit);
    return new Page<>(items, Optional.of(items.getLast().domain()));
  }
}
