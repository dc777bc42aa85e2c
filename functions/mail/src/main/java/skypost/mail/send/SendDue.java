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
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.OutboundQueue.Booking;
import skypost.mail.queue.OutboundQueue.PuttingOff;
import skypost.mail.queue.QueueEntry;
import skypost.mail.send.DestinationCare.Admission;
import skypost.protocol.smtp.SmtpReply;

/**
 * Deals with what SendFunction was woken for: an entry, or a destination with all that waits for
 * it. Mail for a destination that rests is put off without an attempt. Thread safe when its parts
 * are.
 */
public final class SendDue {
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
  private final AtOnce atOnce;
  private final Means means;

  /** What it works on. */
  public record Ports(OutboundQueue queue, Destinations destinations) {}

  /**
   * What it works with.
   *
   * @param threads runs messages of one destination at once
   * @param random for jitter, and names of holders of leases; thread safe
   */
  public record Means(Executor threads, Clock clock, RandomGenerator random, Limits limits) {
    /** Within the usual limits. */
    public Means(Executor threads, Clock clock, RandomGenerator random) {
      this(threads, clock, random, Limits.USUAL);
    }
  }

  /**
   * How much goes to one destination, or smart host, at once.
   *
   * @param destination messages, of all functions together
   * @param functions that run at once at most
   */
  public record Limits(int destination, int functions) {
    /** As Postfix has it, for one function. */
    public static final Limits USUAL = new Limits(Destination.MAX_WINDOW, 1);

    public Limits {
      if (destination < 1 || functions < 1) {
        throw new IllegalArgumentException("at least one message, and one function");
      }
    }

    /** Of one function; with more functions than messages it is one, and so too many together. */
    int share() {
      return Math.max(1, destination / functions);
    }
  }

  public SendDue(Ports ports, SendMessage send, RetrySchedules schedules, Means means) {
    this.queue = ports.queue();
    this.send = send;
    this.schedules = schedules;
    this.care = new DestinationCare(ports, schedules, means);
    this.drain = new DrainDestination(ports, send, care, means);
    this.atOnce = new AtOnce(means.limits().share());
    this.means = means;
  }

  /** What came of a wake. */
  public enum Result {
    /** It was dealt with: sent, bounced, put off with a new wake, or there was nothing to do. */
    DONE,
    /** Invocations are too short for anything: the queue service shall try it again, and alarm. */
    HANDED_BACK
  }

  /**
   * Tries an entry, if it is due and its next hop well.
   *
   * @throws IOException when the outcome could not be recorded: it must be woken again
   */
  public Result entry(EntryWake wake, InvocationTime time) throws IOException {
    Instant now = means.clock().instant();
    if (wake.due()
        .filter(now::isBefore)
        .isPresent()) { // SQS delays by a quarter of an hour at most
      queue.wake(wake, now);
      return Result.DONE;
    }
    if (!time.mayBegin(now)) {
      return again(wake, time, now);
    }
    return by(send.nextHop(wake), wake, time);
  }

  private Result by(String hop, EntryWake wake, InvocationTime time) throws IOException {
    Instant now = means.clock().instant();
    Admission admission = care.admit(hop, wake.due().isPresent(), now);
    if (!(admission instanceof Admission.Go)) {
      deal(admission, hop, wake, time);
      return Result.DONE;
    }
    if (!atOnce.enter(hop, Duration.between(now, time.beginBy()))) {
      return again(wake, time, means.clock().instant());
    }
    try { // those who went first may have found that it is down
      deal(care.admit(hop, false, means.clock().instant()), hop, wake, time);
      return Result.DONE;
    } finally {
      atOnce.leave(hop);
    }
  }

  private void deal(Admission admission, String hop, EntryWake wake, InvocationTime time)
      throws IOException {
    Instant now = means.clock().instant();
    switch (admission) {
      case Admission.Go() -> saw(hop, wake, now, send.send(wake, time));
      case Admission.Wait(Destination destination) -> {
        if (putOff(wake, destination, now, time).filter(SendDue::isDemanded).isPresent()) {
          saw(hop, wake, now, send.sendEarly(wake.entry(), time));
        }
      }
      case Admission.Turn(Destination destination) -> {
        putOff(wake, destination, now, time);
        drain.drain(hop, Optional.of(wake.entry()), time);
      }
    }
  }

  private Result again(EntryWake wake, InvocationTime time, Instant now) throws IOException {
    return noTime(time, () -> queue.wake(wake.dueAt(now), now));
  }

  /** A batch is done: connections that were kept for more of it are closed. */
  public void rest() {
    send.rest();
  }

  /**
   * Sends what waits for a destination or a smart host, in order.
   *
   * @param due when its rest is over
   */
  public Result destination(String domain, Instant due, InvocationTime time) throws IOException {
    Instant now = means.clock().instant();
    if (due.isAfter(now)) {
      queue.wakeDestination(domain, now, due);
      return Result.DONE;
    }
    if (!time.mayBegin(now)) {
      return noTime(time, () -> queue.wakeDestination(domain, now, now));
    }
    drain.drain(domain, Optional.empty(), time);
    return Result.DONE;
  }

  /** Wakes another invocation. */
  @FunctionalInterface
  private interface Waking {
    void again() throws IOException;
  }

  /**
   * What this invocation cannot end it does not begin: another is woken for it at once, and no
   * attempt counts. The queue service would show it again only when its visibility timeout is over.
   */
  private static Result noTime(InvocationTime time, Waking waking) throws IOException {
    if (!time.isOfUse()) {
      return Result.HANDED_BACK;
    }
    waking.again();
    return Result.DONE;
  }

  private void saw(String hop, EntryWake wake, Instant at, Health health) throws IOException {
    if (!(health instanceof Health.Unknown)) {
      care.saw(hop, at, health.trouble(wake.entry(), at));
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
      EntryWake wake, Destination destination, Instant now, InvocationTime time)
      throws IOException {
    EntryId id = wake.entry();
    RetrySchedule schedule = schedules.of(id.destination());
    Instant accepted = id.message().acceptedAt();
    SmtpReply why = destination.reason().orElseThrow();
    if (!schedule.end(accepted).isAfter(now)) {
      send.settleUntried(id, why, Optional.empty(), time);
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
    return switch (queue.putOff(id, destination.domain(), now, until)) {
      case PuttingOff.Waits(QueueEntry entry) -> {
        if (Settlement.wantsNotice(entry) && Settlement.isNoticeDue(entry, now)) {
          send.settleUntried(id, why, Optional.of(until), time);
          yield Optional.empty();
        }
        yield Optional.of(entry);
      }
      case Booking.NotDue(Instant later) -> {
        queue.wake(wake.dueAt(later), now);
        yield Optional.empty();
      }
      case Booking.NothingToDo() -> {
        send.freeAgain(id);
        yield Optional.empty();
      }
    };
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
