package skypost.mail.memory;

import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.directory.SmartHostPasswords;

/** {@link SmartHostPasswords} in memory. Thread safe. */
public final class InMemorySmartHostPasswords implements SmartHostPasswords {
  private final Clock clock;
  private final Map<String, Kept> kept = new ConcurrentHashMap<>();

  private record Kept(String password, Instant until) {}

  public InMemorySmartHostPasswords(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Optional<String> find(String id) {
    return Optional.ofNullable(kept.get(id))
        .filter(each -> clock.instant().isBefore(each.until()))
        .map(Kept::password);
  }

  @Override
  public void put(String id, String password) {
    kept.put(id, new Kept(password, Instant.MAX));
  }

  @Override
  public void forget(String id, Instant after) {
    kept.computeIfPresent(id, (_, each) -> new Kept(each.password(), after));
  }
}
