package skypost.mail.memory;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import skypost.mail.directory.Page;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.CountedMail;

/** {@link CountedMail} in memory. */
public final class InMemoryCountedMail implements CountedMail {
  private final Map<LocalDate, NavigableMap<String, Counted>> days = new HashMap<>();

  @Override
  public synchronized void add(LocalDate day, String domain, Map<Row, Long> counts) {
    NavigableMap<String, Counted> all = days.computeIfAbsent(day, _ -> new TreeMap<>());
    counts.forEach((row, count) ->
        all.merge(
            domain + " " + row.counting(0),
            new Counted(domain, row.counting(count)),
            (known, more) ->
                new Counted(domain, row.counting(known.row().count() + more.row().count()))));
  }

  @Override
  public synchronized Page<Counted> list(LocalDate day, int limit, Optional<String> next) {
    NavigableMap<String, Counted> rest =
        days.getOrDefault(day, new TreeMap<>()).tailMap(next.orElse(""), false);
    List<String> keys = rest.keySet().stream().limit(limit).toList();
    return new Page<>(
        keys.stream().map(rest::get).toList(),
        rest.size() > limit ? Optional.of(keys.getLast()) : Optional.empty());
  }
}
