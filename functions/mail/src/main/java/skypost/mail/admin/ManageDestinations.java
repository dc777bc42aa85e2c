package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.queue.Destination;
import skypost.mail.queue.Destination.Phase;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.OutboundQueue;

/** Shows how destinations are and what waits for them, and has what waits sent now. */
public final class ManageDestinations {
  private static final int MAX_TRIES = 5;

  private final Destinations destinations;
  private final OutboundQueue queue;
  private final Clock clock;

  public ManageDestinations(Destinations destinations, OutboundQueue queue, Clock clock) {
    this.destinations = destinations;
    this.queue = queue;
    this.clock = clock;
  }

  /**
   * A destination as it is now.
   *
   * @param isServed whether somebody sends to it in order at this moment
   * @param waiting deferred entries
   */
  public record Shown(Destination destination, boolean isServed, OutboundQueue.Count waiting) {}

  /** Any destination; one of which nothing is known is healthy. */
  public Shown find(String domain) throws IOException {
    return shown(destinations.find(domain));
  }

  private Shown shown(Destination destination) throws IOException {
    return new Shown(
        destination,
        destination.isLeased(clock.instant()),
        queue.countWaitingFor(destination.domain()));
  }

  /** Those that are in trouble, or were within a day. */
  public Page<Shown> list(int limit, Optional<String> next) throws IOException {
    Page<Destination> page = destinations.list(limit, next);
    List<Shown> shown = new ArrayList<>();
    for (Destination destination : page.items()) {
      shown.add(shown(destination));
    }
    return new Page<>(shown, page.next());
  }

  /** Clears the back-off: mail goes as each message is due. */
  public void clear(String domain) throws IOException {
    destinations.forget(domain);
  }

  /**
   * Has all that waits for a destination tried now, in the order of arrival (as ETRN asks for, RFC
   * 1985), however long it was to rest. Where that is being done already, it goes on.
   */
  public Outcome<Shown> flush(String domain) throws IOException {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      Shown shown = find(domain);
      if (shown.isServed() || shown.waiting().entries() == 0) {
        return new Outcome.Done<>(shown);
      }
      Destination seen = shown.destination();
      Instant now = clock.instant();
      Optional<Destination> flushed =
          destinations.replace(seen, seen.recovering(1, Optional.empty()), now);
      if (flushed.isPresent()) {
        queue.wakeDestination(domain, now, now);
        return new Outcome.Done<>(new Shown(flushed.get(), false, shown.waiting()));
      }
    }
    return new Outcome.Conflict<>("destination " + domain + " changes too fast: ask again");
  }

  /** Whether a flush is under way, or what remains of a recovery. */
  public static boolean isRunning(Shown shown) {
    return shown.isServed() || shown.destination().phase() instanceof Phase.Recovering;
  }
}
