package skypost.mail.memory;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.authorize.Greylist;

/** {@link Greylist} in memory. Thread safe. */
public final class InMemoryGreylist implements Greylist {
  private final Map<String, Instant> passes = new HashMap<>();
  private final Map<String, Instant> seen = new HashMap<>();

  @Override
  public synchronized Optional<Instant> passesUntil(String key) {
    return Optional.ofNullable(passes.get(key));
  }

  @Override
  public synchronized void pass(String key, Instant until) {
    passes.put(key, until);
  }

  @Override
  public synchronized Optional<Instant> firstSeen(String triplet) {
    return Optional.ofNullable(seen.get(triplet));
  }

  @Override
  public synchronized Instant see(String triplet, Instant now, Instant since, Instant expires) {
    return seen.merge(triplet, now, (first, again) -> first.isBefore(since) ? again : first);
  }
}
