package skypost.mail.memory;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.sieve.run.FilterMemories;
import skypost.mail.sieve.run.Memory.Mark;
import skypost.protocol.address.EmailAddress;

/** {@link FilterMemories} in memory. */
public final class InMemoryFilterMemories implements FilterMemories {
  private record Key(EmailAddress user, String key) {}

  private record Remembered(String by, Instant until) {}

  private final Map<Key, Remembered> memories = new ConcurrentHashMap<>();

  @Override
  public boolean remembers(EmailAddress user, String key, String by, Instant now) {
    Remembered remembered = memories.get(new Key(user.canonical(), key));
    return remembered != null && !remembered.by().equals(by) && remembered.until().isAfter(now);
  }

  @Override
  public void remember(EmailAddress user, List<Mark> marks, String by) {
    for (Mark mark : marks) {
      memories.put(new Key(user.canonical(), mark.key()), new Remembered(by, mark.until()));
    }
  }

  @Override
  public void forget(EmailAddress user) {
    memories.keySet().removeIf(key -> key.user().equals(user.canonical()));
  }
}
