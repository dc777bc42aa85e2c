package skypost.mail.memory;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import skypost.mail.authorize.Tallies;

/** {@link Tallies} in memory. Thread safe. */
public final class InMemoryTallies implements Tallies {
  private final Map<String, Long> counts = new HashMap<>();
  private final Map<String, Map<String, Share>> held = new HashMap<>();

  @Override
  public synchronized long add(String key, long count, Instant expires) {
    return counts.merge(key, count, Long::sum);
  }

  @Override
  public synchronized long hold(String key, Share share, Instant now) {
    Map<String, Share> shares = held.computeIfAbsent(key, _ -> new HashMap<>());
    shares.put(share.front(), share);
    return shares.values().stream()
        .filter(other -> other.until().isAfter(now))
        .mapToLong(Share::count)
        .sum();
  }
}
