package skypost.mail.memory;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.message.MessageId;

/** {@link BodyHolders} in memory. Thread safe. */
public final class InMemoryBodyHolders implements BodyHolders {
  private final Map<MessageId, Set<String>> holders = new HashMap<>();

  @Override
  public synchronized void hold(MessageId id, Collection<String> names) {
    holders.computeIfAbsent(id, absent -> new HashSet<>()).addAll(names);
  }

  @Override
  public synchronized boolean release(MessageId id, String holder) {
    Set<String> names = holders.get(id);
    if (names == null) {
      return true; // the last one has gone before: this is a repeat
    }
    names.remove(holder);
    if (!names.isEmpty()) {
      return false;
    }
    holders.remove(id);
    return true;
  }

  /** Who holds a body now, for tests. */
  public synchronized Set<String> of(MessageId id) {
    return Set.copyOf(holders.getOrDefault(id, Set.of()));
  }
}
