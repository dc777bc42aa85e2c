package skypost.mail.tlspolicy;

import java.io.IOException;
import java.time.LocalDate;
import java.time.Period;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Page;

/** Sessions counted by day, until they are reported (RFC 8460). */
public interface TlsReports {
  /** How long counts are kept. */
  Period KEPT = Period.ofDays(14);

  /**
   * Adds to the counts of a day.
   *
   * @param day in UTC (RFC 8460 section 4.1)
   * @param domain the recipients', in canonical form
   * @param counts at least one kind of session, and no more than {@link #MOST}
   */
  void add(LocalDate day, String domain, Map<TlsSession, Long> counts) throws IOException;

  /** How many kinds of sessions are added at once. */
  int MOST = 100;

  /** All that was counted on a day, in order of domains. */
  Page<Counted> list(LocalDate day, int limit, Optional<String> next) throws IOException;

  /** A domain and its sessions. */
  record Counted(String domain, Map<TlsSession, Long> counts) {
    public Counted {
      counts = Map.copyOf(counts);
    }
  }
}
