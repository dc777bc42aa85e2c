package skypost.mail.memory;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import skypost.mail.directory.Page;
import skypost.mail.tlspolicy.TlsReports;
import skypost.mail.tlspolicy.TlsSession;

/** {@link TlsReports} in memory. */
public final class InMemoryTlsReports implements TlsReports {
  private final Map<LocalDate, NavigableMap<String, Map<TlsSession, Long>>> days = new HashMap<>();

  @Override
  public synchronized void add(LocalDate day, String domain, Map<TlsSession, Long> counts) {
    Map<TlsSession, Long> sums =
        days.computeIfAbsent(day, _ -> new TreeMap<>())
            .computeIfAbsent(domain, _ -> new HashMap<>());
    counts.forEach((session, count) -> sums.merge(session, count, Long::sum));
  }

  @Override
  public synchronized Page<Counted> list(LocalDate day, int limit, Optional<String> next) {
    NavigableMap<String, Map<TlsSession, Long>> all = days.getOrDefault(day, new TreeMap<>());
    NavigableMap<String, Map<TlsSession, Long>> rest =
        next.isPresent() ? all.tailMap(next.get(), false) : all;
    List<Counted> items =
        rest.entrySet().stream()
            .limit(limit)
            .map(each -> new Counted(each.getKey(), each.getValue()))
            .toList();
    return new Page<>(
        items, rest.size() > limit ? Optional.of(items.getLast().domain()) : Optional.empty());
  }
}
