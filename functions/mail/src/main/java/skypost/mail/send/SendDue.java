package skypost.mail.send;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.Destination;
import skypost.mail.queue.Destination.Phase;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.OutboundQueue.Booking;
import skypost.mail.queue.OutboundQueue.PuttingOff;
import skypost.mail.queue.QueueEntry;
import skypost.protocol.smtp.SmtpReply;

/**
 * Deals with what SendFunction was woken for: an entry, or a destination with all that waits for
 * it. Mail for a destination that rests is put off without an attempt. Thread safe when its parts
 * are.
 */
public final class SendDue {
  /** With less time than this nothing is begun. */
  public static final Duration LEAST_TIME = Duration.ofMinutes(1);

  /**
   * Mail that comes while others are sent in order waits no longer than this, should it have been
   * overlooked.
   */
  private static final Duration OVERLOOKED = Duration.ofMinutes(5);

  private final OutboundQueue queue;
  private final SendMessage send;
  private final RetrySchedules schedules;
  private final DestinationCare care;
  private final DrainDestination drain;
  private final Means means;

  /** What it works on. */
  public record Ports(OutboundQueue queue, Destinations destinations) {}

  /**
   * What it works with.
   *
   * @param threads runs messages of one destination at once
   * @param random for jitter, and names of holders of leases; thread safe
   */
  public record Means(Executor threads, Clock clock, RandomGenerator random) {}

  public SendDue(Ports ports, SendMessage send, RetrySchedules schedules, Means means) {
    this.queue = ports.queue();
    this.send = send;
    this.schedules = schedules;
    this.care = new DestinationCare(ports, schedules, means);
    this.drain = new DrainDestination(ports, send, care, means);
    this.means = means;
  }

  /** What came of a wake. */
  public enum Result {
    /** It was dealt with: sent, bounced, put off with a new wake, or there was nothing to do. */
    DONE,
    /** There was no time for it: it must be woken again. */
    HANDED_BACK
  }

  /**
   * Tries an entry, if it is due and its destination well.
   *
   * @param due when it is due, as far as the wake says; empty: it has just been queued
   * @param deadline by which it must be over
   * @throws IOException when the outcome could not be recorded: it must be woken again
   */
  public Result entry(EntryId id, Optional<Instant> due, Instant deadline) throws IOException {
    Instant now = means.clock().instant();
    if (due.isPresent() && due.get().isAfter(now)) { // SQS delays by a quarter of an hour at most
      queue.wake(id, now, due.get());
      return Result.DONE;
    }
    if (Duration.between(now, deadline).compareTo(LEAST_TIME) < 0) {
      return Result.HANDED_BACK;
    }
    switch (care.admit(id.destination(), due.isPresent(), now)) {
      case DestinationCare.Admission.Go() -> saw(id, now, send.send(id, deadline));
      case DestinationCare.Admission.Wait(Destination destination) -> {
        if (putOff(id, destination, now, deadline).filter(SendDue::isDemanded).isPresent()) {
          saw(id, now, send.sendEarly(id, deadline));
        }
      }
      case DestinationCare.Admission.Turn(Destination destination) -> {
        putOff(id, destination, now, deadline);
        drain.drain(id.destination(), Optional.of(id), deadline);
      }
    }
    return Result.DONE;
  }

  /** A batch is done: connections that were kept for more of it are closed. */
  public void rest() {
    send.rest();
  }

  /**
   * Sends what waits for a destination, in order.
   *
   * @param due when its rest is over
   */
  public Result destination(String domain, Instant due, Instant deadline) throws IOException {
    Instant now = means.clock().instant();
    if (due.isAfter(now)) {
      queue.wakeDestination(domain, now, due);
      return Result.DONE;
    }
    if (Duration.between(now, deadline).compareTo(LEAST_TIME) < 0) {
      return Result.HANDED_BACK;
    }
    drain.drain(domain, Optional.empty(), deadline);
    return Result.DONE;
  }

  private void saw(EntryId id, Instant at, Health health) throws IOException {
    if (!(health instanceof Health.Unknown)) {
      care.saw(id.destination(), at, health.trouble(id, at));
    }
  }

  /**
   * Whether an administrator wants this entry tried whatever is known of its destination: he has
   * sent it elsewhere, or asked for this very attempt. An operation on many entries is no such
   * wish: a flush is.
   */
  private static boolean isDemanded(QueueEntry entry) {
    boolean isRetried =
        entry
            .byHand()
            .last()
            .filter(step -> step.what() == ByHand.What.RETRIED && step.by().equals(ByHand.API))
            .filter(step ->
                entry.attempts().isEmpty() || entry.attempts().getLast().at().isBefore(step.at()))
            .isPresent();
    return isRetried || entry.byHand().route().isPresent();
  }

  /**
   * Has an entry wait for its destination. That is no attempt, but its life goes on: senders who
   * asked hear of the delay in time, and when it is over it bounces.
   *
   * @return the entry, if it waits now and nothing was settled
   */
  private Optional<QueueEntry> putOff(
      EntryId id, Destination destination, Instant now, Instant deadline) throws IOException {
    RetrySchedule schedule = schedules.of(id.destination());
    Instant accepted = id.message().acceptedAt();
    SmtpReply why = destination.reason().orElseThrow();
    if (!schedule.end(accepted).isAfter(now)) {
      send.settleUntried(id, why, Optional.empty(), deadline);
      return Optional.empty();
    }
    Instant until = schedule.putOff(accepted, now, means.random());
    if (destination.phase() instanceof Phase.Recovering) {
      until = earlier(until, now.plus(OVERLOOKED));
    }
    Instant notice = accepted.plus(Settlement.DELAY);
    if (notice.isAfter(now)) { // whether somebody asked is not known before it is read
      until = earlier(until, notice);
    }
    return switch (queue.putOff(id, now, until)) {
      case PuttingOff.Waits(QueueEntry entry) -> {
        if (Settlement.wantsNotice(entry) && Settlement.isNoticeDue(entry, now)) {
          send.settleUntried(id, why, Optional.of(until), deadline);
          yield Optional.empty();
        }
        yield Optional.of(entry);
      }
      case Booking.NotDue(Instant later) -> {
        queue.wake(id, now, later);
        yield Optional.empty();
      }
      case Booking.NothingToDo() -> Optional.empty();
    };
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
