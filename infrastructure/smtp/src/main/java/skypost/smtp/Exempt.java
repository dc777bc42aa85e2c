package skypost.smtp;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which clients are not limited, by address: trust is in addresses, and says nothing of the others
 * in a network. Not thread safe.
 */
final class Exempt {
  /** How long nobody is asked about somebody after a question without an answer. */
  static final Duration PAUSE = Duration.ofSeconds(10);

  private static final int MOST = 50_000; // about 10 MB

  private final Map<String, Instant> until = bounded();

  /** A map that forgets who has not been looked up for longest. */
  static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MOST;
      }
    };
  }

  boolean contains(String client, Instant now) {
    Instant end = until.get(client);
    return end != null && end.isAfter(now);
  }

  void add(String client, Instant end) {
    until.put(client, end);
  }
}
