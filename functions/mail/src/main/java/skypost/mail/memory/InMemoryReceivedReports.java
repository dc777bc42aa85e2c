package skypost.mail.memory;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import skypost.mail.directory.Page;
import skypost.mail.report.ReceivedReports;
import skypost.mail.report.Report;

/** {@link ReceivedReports} in memory. */
public final class InMemoryReceivedReports implements ReceivedReports {
  private final Map<Of, NavigableMap<String, Report>> reports = new HashMap<>();

  private record Of(Report.Kind kind, String domain) {}

  @Override
  public synchronized boolean add(String domain, Report report) {
    return reports
            .computeIfAbsent(new Of(report.kind(), domain), _ -> new TreeMap<>())
            .putIfAbsent(report.key(), report.trimmed())
        == null;
  }

  @Override
  public synchronized Page<Report> list(
      Report.Kind kind,
      String domain,
      LocalDate from,
      LocalDate to,
      int limit,
      Optional<String> next) {
    List<Report> rest =
        reports
            .getOrDefault(new Of(kind, domain), new TreeMap<>())
            .tailMap(next.orElse(from.toString()), false)
            .headMap(to.plusDays(1).toString(), false)
            .values()
            .stream()
            .toList();
    if (rest.size() <= limit) {
      return new Page<>(rest, Optional.empty());
    }
    List<Report> items = rest.subList(0, limit);
    return new Page<>(items, Optional.of(items.getLast().key()));
  }
}
