package skypost.mail.report;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Page;

/** What others report on a domain, summed up over days. */
public final class DomainReports {
  /** Reports that are summed up at once; a domain of some size gets a hundred a day. */
  public static final int MAX_REPORTS = 5000;

  private static final int PAGE = 100;

  private final ReceivedReports reports;

  public DomainReports(ReceivedReports reports) {
    this.reports = reports;
  }

  /**
   * Some of a domain's reports, summed up.
   *
   * @param isAll false: there are more than {@link #MAX_REPORTS}, and the first ones were taken
   */
  public record Summed<T>(T statistics, boolean isAll) {}

  /** What became of mail in its name. */
  public Summed<DmarcStatistics> dmarc(String domain, LocalDate from, LocalDate to)
      throws IOException {
    List<Report> all = read(Report.Kind.DMARC, domain, from, to);
    return new Summed<>(DmarcStatistics.of(all), all.size() < MAX_REPORTS);
  }

  /** How connections to its servers were secured. */
  public Summed<TlsStatistics> tls(String domain, LocalDate from, LocalDate to) throws IOException {
    List<Report> all = read(Report.Kind.TLS, domain, from, to);
    return new Summed<>(TlsStatistics.of(all), all.size() < MAX_REPORTS);
  }

  private List<Report> read(Report.Kind kind, String domain, LocalDate from, LocalDate to)
      throws IOException {
    List<Report> all = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      int most = Math.min(PAGE, MAX_REPORTS - all.size());
      Page<Report> page = reports.list(kind, domain, from, to, most, next);
      all.addAll(page.items());
      next = page.next();
    } while (next.isPresent() && all.size() < MAX_REPORTS);
    return all;
  }
}
