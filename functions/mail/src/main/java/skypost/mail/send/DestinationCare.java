package skypost.mail.send;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import skypost.mail.queue.Destination;
import skypost.mail.queue.Destination.Phase;
import skypost.mail.queue.Destination.Trouble;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.OutboundQueue;
import skypost.protocol.log.EventLog;

/**
 * Whether mail may go to a destination now. Thread safe; a warm function keeps one.
 *
 * <p>Mail that is tried for the first time goes without a look at the table: what a destination
 * that is well costs is nothing. That it is not is learned by the failure of one batch, and then
 * remembered; only mail that comes again, and mail for a destination known to be in trouble, is
 * worth a read, one a minute.
 */
final class DestinationCare {
  /** How long what was read or seen is believed. */
  static final Duration BELIEVED = Duration.ofMinutes(1);

  private static final int MAX_REMEMBERED = 10_000;
  private static final int MAX_TRIES = 5;

  private final Destinations destinations;
  private final OutboundQueue queue;
  private final RetrySchedules schedules;
  private final Clock clock;
  private final RandomGenerator random;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(Destination destination, Instant until) {}

  DestinationCare(SendDue.Ports ports, RetrySchedules schedules, SendDue.Means means) {
    this.destinations = ports.destinations();
    this.queue = ports.queue();
    this.schedules = schedules;
    this.clock = means.clock();
    this.random = means.random();
  }

  /** Whether a message may go. */
  sealed interface Admission {
    /** Yes. */
    record Go() implements Admission {}

    /** No: it rests, or somebody sends what waits for it in order. */
    record Wait(Destination destination) implements Admission {}

    /** Somebody must try it now, and send what waits in order. */
    record Turn(Destination destination) implements Admission {}
  }

  /**
   * @param again whether the message has been deferred before
   */
  Admission admit(String domain, boolean again, Instant now) throws IOException {
    Known remembered = known.get(domain);
    Destination destination;
    if (remembered != null && remembered.until().isAfter(now)) {
      destination = remembered.destination();
    } else if (again || (remembered != null && isInTrouble(remembered.destination()))) {
      destination = remember(destinations.find(domain), now);
    } else {
      return new Admission.Go();
    }
    return switch (destination.phase()) {
      case Phase.Healthy() -> new Admission.Go();
      case Phase.Deferred(int failures, Instant until) ->
          until.isAfter(now) || destination.isLeased(now)
              ? new Admission.Wait(destination)
              : new Admission.Turn(destination);
      case Phase.Recovering recovering ->
          destination.isLeased(now)
              ? new Admission.Wait(destination)
              : new Admission.Turn(destination);
    };
  }

  private static boolean isInTrouble(Destination destination) {
    return !(destination.phase() instanceof Phase.Healthy);
  }

  /** Keeps for a moment what was seen. */
  Destination remember(Destination seen, Instant now) {
    if (known.size() >= MAX_REMEMBERED) {
      known.clear();
    }
    Instant until = now.plus(BELIEVED);
    if (seen.phase() instanceof Phase.Deferred(int failures, Instant rest)
        && rest.isBefore(until)) {
      until = rest;
    }
    known.put(seen.domain(), new Known(seen, until));
    return seen;
  }

  /**
   * An attempt of a message that was let go has shown how its destination is.
   *
   * @param at when it began
   * @param trouble its failure; empty: it is well
   */
  void saw(String domain, Instant at, Optional<Trouble> trouble) throws IOException {
    if (trouble.isEmpty()) {
      // It does not take the place of what is known to be bad: that is for who has the turn
      known.compute(
          domain,
          (name, before) ->
              before != null && isInTrouble(before.destination())
                  ? before
                  : new Known(Destination.healthy(name), clock.instant().plus(BELIEVED)));
      return;
    }
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      Destination seen = destinations.find(domain);
      if (isSettled(seen, at) || seen.isLeased(clock.instant())) {
        remember(seen, clock.instant());
        return;
      }
      if (fail(seen, trouble.get()).isPresent()) {
        return;
      }
    }
  }

  /**
   * Many messages were under way when it failed: together they are one failure. And who sends in
   * order finds out by himself.
   */
  private boolean isSettled(Destination seen, Instant at) {
    return switch (seen.phase()) {
      case Phase.Healthy() ->
          seen.troubles().stream().anyMatch(trouble -> trouble.at().isAfter(at));
      case Phase.Deferred(int failures, Instant until) -> until.isAfter(at);
      case Phase.Recovering recovering -> true;
    };
  }

  /**
   * Has a destination rest, and SendFunction woken when that is over.
   *
   * @return the destination as it is now; empty, when others have changed it
   */
  Optional<Destination> fail(Destination seen, Trouble trouble) throws IOException {
    Instant now = clock.instant();
    Duration rest = schedules.of(seen.domain()).rest(seen.failuresWithThis(), random);
    // First, for else nobody would look when the rest is over; a wake too many does no harm
    queue.wakeDestination(seen.domain(), now, now.plus(rest));
    Optional<Destination> kept = destinations.replace(seen, seen.failed(trouble, now, rest), now);
    if (kept.isPresent()) {
      Destination destination = remember(kept.get(), now);
      EventLog.warn("destination-deferred")
          .with("destination", destination.domain())
          .with("failures", seen.failuresWithThis())
          .with("until", now.plus(rest))
          .with("server", trouble.server())
          .with("reply", trouble.reply())
          .write();
    }
    return kept;
  }
}
