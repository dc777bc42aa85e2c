package skypost.mail.send;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import skypost.mail.queue.Destination;
import skypost.mail.queue.Destination.Lease;
import skypost.mail.queue.Destination.Phase;
import skypost.mail.queue.Destination.Trouble;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OutboundQueue;
import skypost.protocol.log.EventLog;

/**
 * Sends what waits for a destination that was in trouble, or that the administrator has flushed: in
 * the order of arrival, one message first, and after each round in which the destination did not
 * fail twice as many at once. Messages of a round are begun in order; the next round begins when
 * all of it are over. Whoever holds the destination's lease does it, and nobody else sends there
 * meanwhile; when he dies, the lease dies with him.
 */
final class DrainDestination {
  private static final Duration LOST_MARGIN = Duration.ofMinutes(1);

  private final Destinations destinations;
  private final OutboundQueue queue;
  private final SendMessage send;
  private final DestinationCare care;
  private final SendDue.Means means;

  DrainDestination(
      SendDue.Ports ports, SendMessage send, DestinationCare care, SendDue.Means means) {
    this.destinations = ports.destinations();
    this.queue = ports.queue();
    this.send = send;
    this.care = care;
    this.means = means;
  }

  /**
   * Sends what waits, if it may be sent now and nobody else is at it.
   *
   * @param mine an entry that certainly waits, though the list may not have it yet
   */
  void drain(String domain, Optional<EntryId> mine, InvocationTime time) throws IOException {
    Instant now = means.clock().instant();
    Destination seen = care.remember(destinations.find(domain), now);
    boolean rests =
        seen.phase() instanceof Phase.Deferred(int failures, Instant until) && until.isAfter(now);
    if (rests || seen.phase() instanceof Phase.Healthy || seen.isLeased(now)) {
      return; // who has it rest, or is at it, sees to what comes after
    }
    String holder = Long.toUnsignedString(means.random().nextLong(), 36);
    Lease lease = new Lease(holder, time.over().plus(LOST_MARGIN));
    Optional<Destination> leased = keep(seen, seen.leased(lease));
    if (leased.isPresent()) {
      new Run(domain, mine, time).from(leased.get());
    }
  }

  private Optional<Destination> keep(Destination seen, Destination next) throws IOException {
    Instant now = means.clock().instant();
    Optional<Destination> kept = destinations.replace(seen, next, now);
    kept.ifPresent(destination -> care.remember(destination, now));
    return kept;
  }

  /** What became of an entry of a round. */
  private record Shown(EntryId entry, Health health) {}

  /** The time of one lease. */
  private final class Run {
    private final String domain;
    private final Optional<EntryId> mine;
    private final InvocationTime time;
    private final Set<EntryId> tried = new HashSet<>();

    Run(String domain, Optional<EntryId> mine, InvocationTime time) {
      this.domain = domain;
      this.mine = mine;
      this.time = time;
    }

    void from(Destination leased) throws IOException {
      Optional<Destination> current = Optional.of(leased);
      while (current.isPresent()) { // empty: it is over, or somebody has stepped in
        Destination destination = current.get();
        Instant now = means.clock().instant();
        if (!time.mayBegin(now)) {
          keep(destination, destination.released());
          queue.wakeDestination(domain, now, now);
          return;
        }
        List<EntryId> round = round(destination);
        if (round.isEmpty()) {
          keep(destination, destination.recovered());
          EventLog.info("destination-drained")
              .with("destination", domain)
              .with("tried", tried.size())
              .write();
          return;
        }
        current = after(destination, now, send(round));
      }
    }

    private List<EntryId> round(Destination destination) throws IOException {
      return switch (destination.phase()) {
        case Phase.Recovering(int window, Optional<EntryId> after) -> next(window, after);
        case Phase.Deferred deferred -> probe(destination);
        case Phase.Healthy() -> List.of();
      };
    }

    /** The next in the order of arrival. */
    private List<EntryId> next(int window, Optional<EntryId> after) throws IOException {
      List<EntryId> fresh = new ArrayList<>();
      Optional<EntryId> last = after;
      while (fresh.isEmpty()) {
        List<EntryId> page = queue.waitingFor(domain, window, last);
        if (page.isEmpty()) {
          break;
        }
        page.stream().filter(entry -> !tried.contains(entry)).forEach(fresh::add);
        last = Optional.of(page.getLast());
      }
      if (fresh.isEmpty()) {
        mine.filter(entry -> !tried.contains(entry)).ifPresent(fresh::add);
      }
      return fresh;
    }

    /**
     * The oldest, but not one on which the destination fell silent lately: that message's fault
     * must not hold up all the others. Where only such wait, and it was silence at last, none: they
     * are tried by their own schedules, and other mail may go.
     */
    private List<EntryId> probe(Destination destination) throws IOException {
      List<EntryId> oldest = next(tried.size() + Destination.MAX_TROUBLES + 1, Optional.empty());
      Optional<EntryId> fair =
          oldest.stream().filter(entry -> !destination.fellSilentOn(entry)).findFirst();
      boolean wasSilent = destination.troubles().getLast().entry().isPresent();
      return fair.isPresent() || wasSilent
          ? fair.stream().toList()
          : oldest.stream().limit(1).toList();
    }

    private List<Shown> send(List<EntryId> round) {
      tried.addAll(round);
      return round.stream()
          .map(entry ->
              CompletableFuture.supplyAsync(() -> new Shown(entry, tryOne(entry)), means.threads()))
          .toList()
          .stream()
          .map(CompletableFuture::join)
          .toList();
    }

    private Health tryOne(EntryId entry) {
      try {
        return send.sendEarly(entry, time);
      } catch (IOException | UncheckedIOException fault) {
        // not recorded: it counts as lost after a while, and is woken by its own schedule
        EventLog.error("drain").with("entry", entry).cause(fault).write();
        return new Health.Unknown();
      }
    }

    private Optional<Destination> after(Destination destination, Instant began, List<Shown> shown)
        throws IOException {
      boolean isUp = shown.stream().anyMatch(each -> each.health() instanceof Health.Up);
      Optional<Trouble> trouble =
          shown.stream()
              .flatMap(each -> each.health().trouble(each.entry(), began).stream())
              .reduce((first, last) -> last);
      if (!isUp && trouble.isPresent()) {
        care.fail(destination, trouble.get());
        return Optional.empty();
      }
      if (destination.phase() instanceof Phase.Recovering(int window, Optional<EntryId> after)) {
        int wider = Math.min(window * 2, means.limits().destination());
        int next = trouble.isPresent() ? window / 2 : isUp ? wider : window;
        return keep(
            destination, destination.recovering(next, Optional.of(shown.getLast().entry())));
      }
      return isUp
          ? keep(
              destination,
              destination.recovering(Math.min(2, means.limits().destination()), Optional.empty()))
          : Optional.of(destination); // nothing learnt: probe with another
    }
  }
}
