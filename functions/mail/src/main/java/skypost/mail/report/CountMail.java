package skypost.mail.report;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import skypost.mail.report.AggregateReport.Row;
import skypost.protocol.log.EventLog;

/**
 * Counts mail for the domains that ask for reports. Counts are summed up in memory and written once
 * in a while, so that much mail costs few writes; what a function counted before it died is lost,
 * and no mail is. Thread safe.
 */
public final class CountMail {
  /** How long counts stay in memory, when there is an invocation to write them. */
  static final Duration KEPT = Duration.ofMinutes(1);

  /** With so many kinds of messages they are written earlier. */
  static final int MOST = 200;

  private final Predicate<String> isWanted;
  private final CountedMail counted;
  private final Clock clock;
  private Map<Kind, Long> counts = new HashMap<>();
  private Instant written = Instant.MIN;

  private record Kind(LocalDate day, String domain, Row row) {}

  /**
   * @param isWanted whether a domain asks for reports; it answers at once, since its record has
   *     just been looked at
   */
  public CountMail(Predicate<String> isWanted, CountedMail counted, Clock clock) {
    this.isWanted = isWanted;
    this.counted = counted;
    this.clock = clock;
  }

  /**
   * Counts a message.
   *
   * @param domain whose policy it was held against
   */
  public void count(String domain, Row row) {
    if (!isWanted.test(domain)) {
      return;
    }
    LocalDate day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    synchronized (this) {
      counts.merge(new Kind(day, domain, row.counting(0)), 1L, Long::sum);
    }
  }

  /**
   * To be called when a batch is done: writes what was counted, unless that was done a moment ago.
   * A lone message is so counted for good before the function is put to sleep, perhaps for ever.
   */
  public void write() {
    due().forEach(this::write);
  }

  private synchronized Map<Kind, Long> due() {
    Instant now = clock.instant();
    boolean isFresh = written.isAfter(now.minus(KEPT));
    if (counts.isEmpty() || isFresh && counts.size() < MOST) {
      return Map.of();
    }
    Map<Kind, Long> due = counts;
    counts = new HashMap<>();
    written = now;
    return due;
  }

  private void write(Kind kind, long count) {
    try {
      counted.add(kind.day(), kind.domain(), Map.of(kind.row(), count));
    } catch (IOException fault) { // it may have been written all the same: not again
      EventLog.warn("dmarc-count-unwritten").with("domain", kind.domain()).cause(fault).write();
    }
  }
}
