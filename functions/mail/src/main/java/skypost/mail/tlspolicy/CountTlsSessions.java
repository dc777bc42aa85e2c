package skypost.mail.tlspolicy;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import skypost.mail.directory.Page;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.client.Deadline;

/**
 * Counts sessions for domains that ask for TLS reports (RFC 8460). They are summed up in memory and
 * written once in a while, so that a message costs no write; what a function counted before it died
 * is lost, and no mail is. Thread safe.
 */
public final class CountTlsSessions {
  /** How long {@link #write} waits for what DNS says of all domains. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Function<String, List<String>> texts;
  private final TlsReports reports;
  private final Clock clock;
  private Map<Key, Tally> tallies = new HashMap<>();

  private record Key(LocalDate day, String domain) {}

  /**
   * @param isWanted whether the domain asks for reports
   */
  private record Tally(CompletableFuture<Boolean> isWanted, Map<TlsSession, Long> counts) {}

  /**
   * @param texts finds the TXT records of a name; it never fails
   */
  public CountTlsSessions(Function<String, List<String>> texts, TlsReports reports, Clock clock) {
    this.texts = texts;
    this.reports = reports;
    this.clock = clock;
  }

  /** Counts nothing. */
  public static CountTlsSessions off() {
    TlsReports none =
        new TlsReports() {
          @Override
          public void add(LocalDate day, String domain, Map<TlsSession, Long> counts) {}

          @Override
          public Page<Counted> list(LocalDate day, int limit, Optional<String> next) {
            return new Page<>(List.of(), Optional.empty());
          }
        };
    return new CountTlsSessions(_ -> List.of(), none, Clock.systemUTC());
  }

  /** Counts what came of connections. */
  public void count(AppliedPolicies policies, List<Handshake> handshakes) {
    handshakes.stream()
        .flatMap(each -> policies.session(each).stream())
        .forEach(session -> count(policies.domain(), session));
  }

  /** Counts a session. Nobody waits here for what DNS says: it is asked meanwhile. */
  synchronized void count(String domain, TlsSession session) {
    Key key = new Key(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC), domain);
    Tally tally = tallies.computeIfAbsent(key, _ -> new Tally(ask(domain), new HashMap<>()));
    if (tally.counts().size() < TlsReports.MOST || tally.counts().containsKey(session)) {
      tally.counts().merge(session, 1L, Long::sum);
    }
  }

  private CompletableFuture<Boolean> ask(String domain) {
    return CompletableFuture.supplyAsync(
        () -> !TlsReportRecord.addresses(texts.apply(TlsReportRecord.name(domain))).isEmpty(),
        task -> Thread.ofVirtual().name("tls-report").start(task));
  }

  private synchronized Map<Key, Tally> taken() {
    Map<Key, Tally> taken = tallies;
    tallies = new HashMap<>();
    return taken;
  }

  /** Writes what was counted since it was last written. What cannot be written is lost. */
  public void write() {
    Deadline end = Deadline.in(PATIENCE);
    taken()
        .forEach((key, tally) -> {
          if (isWanted(tally, end)) {
            add(key, tally.counts());
          }
        });
  }

  private static boolean isWanted(Tally tally, Deadline end) {
    try {
      return tally.isWanted().get(end.remaining().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException unknown) {
      return false;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void add(Key key, Map<TlsSession, Long> counts) {
    try {
      reports.add(key.day(), key.domain(), counts);
    } catch (IOException fault) { // it may have been written all the same: not again
      EventLog.warn("tls-report-unwritten").with("domain", key.domain()).cause(fault).write();
    }
  }
}
