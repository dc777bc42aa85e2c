package skypost.mail.report;

import java.io.IOException;
import java.time.LocalDate;
import java.time.Period;
import java.util.Optional;
import skypost.mail.directory.Page;

/** Reports that came in, by domain and day. */
public interface ReceivedReports {
  /** How long they are kept after the day they are on: a year, to compare with. */
  Period KEPT = Period.ofDays(400);

  /**
   * Keeps a report, {@link Report#trimmed trimmed} before.
   *
   * @param domain of ours that it is listed under
   * @return false, and nothing changed, when the same organization's report with this id is there
   */
  boolean add(String domain, Report report) throws IOException;

  /**
   * Reports on days, in their order.
   *
   * @param from the first day
   * @param to the last one
   */
  Page<Report> list(
      Report.Kind kind,
      String domain,
      LocalDate from,
      LocalDate to,
      int limit,
      Optional<String> next)
      throws IOException;
}
