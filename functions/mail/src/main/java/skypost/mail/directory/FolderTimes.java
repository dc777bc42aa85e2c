package skypost.mail.directory;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How long folders keep messages, in days from a message's acceptance; a folder that is not named
 * keeps them for ever.
 *
 * @param days by folder; 0: for ever, for a user whose domain says otherwise
 */
public record FolderTimes(Map<String, Integer> days) {
  /** Every folder keeps everything. */
  public static final FolderTimes NONE = new FolderTimes(Map.of());

  public FolderTimes {
    days = Map.copyOf(days);
  }

  /** These, and for folders that they do not name, those of the domain. */
  public FolderTimes over(FolderTimes domain) {
    Map<String, Integer> all = new TreeMap<>(domain.days);
    all.putAll(days);
    return new FolderTimes(all);
  }

  /** How long a folder keeps a message; empty: for ever. */
  public Optional<Duration> of(String folder) {
    int time = days.getOrDefault(folder, 0);
    return time == 0 ? Optional.empty() : Optional.of(Duration.ofDays(time));
  }

  public boolean isEmpty() {
    return days.values().stream().allMatch(time -> time == 0);
  }
}
