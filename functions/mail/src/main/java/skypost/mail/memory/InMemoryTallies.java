package skypost.mail.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import skypost.mail.authorize.Tallies;

/** {@link Tallies} in memory. Thread safe. */
public final class InMemoryTallies implements Tallies {
  private final Map<String, Instant> owed = new HashMap<>();
  private final Map<String, Map<String, Share>> held = new HashMap<>();

  @Override
  public synchronized Instant spend(String key, Duration cost, Instant now, Instant kept) {
    return owed.compute(
        key, (_, before) -> (before == null || before.isBefore(now) ? now : before).plus(cost));
  }

  @Override
  public synchronized long hold(String key, Share share, Instant now) {
    Map<String, Share> shares = held.computeIfAbsent(key, _ -> new HashMap<>());
    shares.put(share.front(), share);
    shares.values().removeIf(other -> other.count() == 0 || !other.until().isAfter(now));
    return shares.values().stream().mapToLong(Share::count).sum();
  }
}
