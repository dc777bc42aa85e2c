package skypost.mail.report;

import java.io.IOException;
import java.time.LocalDate;
import java.time.Period;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.report.AggregateReport.Row;

/** Mail in the name of domains that want reports, counted by day until it is reported. */
public interface CountedMail {
  /** How long counts are kept. */
  Period KEPT = Period.ofDays(14);

  /**
   * Adds to the counts of a day.
   *
   * @param day in UTC
   * @param domain whose policy it was held against, canonical
   * @param counts of messages that were alike; the count in the row itself is not looked at
   */
  void add(LocalDate day, String domain, Map<Row, Long> counts) throws IOException;

  /** All that was counted on a day; those of one domain stand together. */
  Page<Counted> list(LocalDate day, int limit, Optional<String> next) throws IOException;

  /**
   * Messages that were alike.
   *
   * @param domain whose policy they were held against
   * @param row with their count
   */
  record Counted(String domain, Row row) {}
}
