package skypost.mail.send;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import skypost.mail.bounce.Bounces;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.OutboundQueue.Booking;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.tlspolicy.CountTlsSessions;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Outcome;

/** Tries to send one entry of the outbound queue. Thread safe when its parts are. */
public final class SendMessage {
  private static final Duration LOST_MARGIN =
      Duration.ofMinutes(1); // for clocks, and for recording what came of it

  private final Ports ports;
  private final FreeBodies bodies;
  private final Routes routes;
  private final Courier courier;
  private final DeliverEntry deliverEntry;
  private final NotifySender notifySender;
  private final RetrySchedules schedules;
  private final Clock clock;
  private final RandomGenerator random;

  /** What it works on. */
  public record Ports(
      OutboundQueue queue,
      StoredMessages messages,
      BodyHolders holders,
      Bounces bounces,
      SuppressRecipients suppress,
      CountTlsSessions sessions,
      SignOutgoing sign) {
    /** Where nothing is signed. */
    public Ports(
        OutboundQueue queue,
        StoredMessages messages,
        BodyHolders holders,
        Bounces bounces,
        SuppressRecipients suppress,
        CountTlsSessions sessions) {
      this(queue, messages, holders, bounces, suppress, sessions, SignOutgoing.nothing());
    }

    /** Where TLS is not reported on either. */
    public Ports(
        OutboundQueue queue,
        StoredMessages messages,
        BodyHolders holders,
        Bounces bounces,
        SuppressRecipients suppress) {
      this(queue, messages, holders, bounces, suppress, CountTlsSessions.off());
    }
  }

  /**
   * @param random for the schedule's jitter; thread safe
   */
  public SendMessage(
      Ports ports,
      Routes routes,
      Courier courier,
      RetrySchedules schedules,
      Clock clock,
      RandomGenerator random) {
    this.ports = ports;
    this.bodies = new FreeBodies(ports.holders(), ports.messages());
    this.routes = routes;
    this.courier = courier;
    this.deliverEntry = new DeliverEntry(routes, courier, ports.sessions(), ports.sign(), clock);
    this.notifySender = new NotifySender(ports.bounces(), schedules, clock);
    this.schedules = schedules;
    this.clock = clock;
    this.random = random;
  }

  /** What fails as a whole when mail for an entry fails. */
  String nextHop(EntryWake wake) throws IOException {
    return routes.nextHop(wake.entry().destination(), wake.from());
  }

  /**
   * Tries an entry, if it is due.
   *
   * @return what the attempt showed of the destination
   * @throws IOException when the outcome could not be recorded: it must be woken again
   */
  public Health send(EntryWake wake, InvocationTime time) throws IOException {
    EntryId id = wake.entry();
    Instant now = clock.instant();
    RetrySchedule schedule = schedules.of(id.destination());
    Instant first = schedule.first(id.message().acceptedAt());
    if (now.isBefore(first)) { // the queue wakes at once; a schedule may begin later
      ports.queue().wake(wake.dueAt(first), now);
      return new Health.Unknown();
    }
    Booking booking = ports.queue().book(id, now, lostAt(time));
    if (booking instanceof Booking.NotDue(Instant due)) {
      ports.queue().wake(wake.dueAt(due), now);
    }
    return attempt(id, booking, new Turn(now, schedule, time));
  }

  /**
   * What an attempt goes by.
   *
   * @param at when it began
   * @param schedule read before it: when the server has said 250 nothing may fail but the record
   */
  private record Turn(Instant at, RetrySchedule schedule, InvocationTime time) {}

  private static Instant lostAt(InvocationTime time) {
    return time.over().plus(LOST_MARGIN);
  }

  /**
   * A batch is done: connections that were kept for more of it are closed, and what was counted for
   * reports is written.
   */
  public void rest() {
    courier.rest();
    ports.sessions().write();
  }

  /** Tries an entry whose turn it is, due or not. */
  Health sendEarly(EntryId id, InvocationTime time) throws IOException {
    Instant now = clock.instant();
    RetrySchedule schedule = schedules.of(id.destination());
    Booking booking = ports.queue().bookEarly(id, now, lostAt(time));
    return attempt(id, booking, new Turn(now, schedule, time));
  }

  private Health attempt(EntryId id, Booking booking, Turn turn) throws IOException {
    return switch (booking) {
      case Booking.Booked(QueueEntry entry) -> attempt(entry, turn);
      case Booking.NotDue notDue -> new Health.Unknown();
      case Booking.NothingToDo() -> {
        freeAgain(id);
        yield new Health.Unknown();
      }
    };
  }

  /**
   * Settles an entry that is not tried, because its destination rests: the sender is told that it
   * takes long, or that it is over.
   *
   * @param why it is not tried
   * @param next when it is looked at again; empty: its life is over
   */
  void settleUntried(EntryId id, SmtpReply why, Optional<Instant> next, InvocationTime time)
      throws IOException {
    Instant now = clock.instant();
    Booking booking = ports.queue().bookEarly(id, now, lostAt(time));
    if (!(booking instanceof Booking.Booked(QueueEntry booked))) {
      if (booking instanceof Booking.NothingToDo) {
        freeAgain(id);
      }
      return;
    }
    Optional<MessageBody> body = MessageBody.open(ports.messages(), booked);
    try {
      Courier.Delivery none = DeliverEntry.everybody(booked, new Outcome.Deferred(why));
      var outlook = new Settlement.Outlook(next, booked.attemptsMade() - 1);
      free(settle(booked, Settlement.of(booked, none, now, outlook), body, now));
    } finally {
      if (body.isPresent()) {
        body.get().close();
      }
    }
  }

  /** Records what came of it. @return the entry as it is then; empty: somebody else has it now */
  private Optional<QueueEntry> settle(
      QueueEntry booked, Settlement settlement, Optional<MessageBody> body, Instant at)
      throws IOException {
    QueueEntry entry = notifySender.tell(booked, settlement, body, at).entry();
    if (entry.status() == Status.DEFERRED) {
      entry = entry.waitingFor(waitsFor(entry));
    }
    log(entry);
    return finish(entry) ? Optional.of(entry) : Optional.empty();
  }

  /** Settings that cannot be read now are no reason not to record what came of an attempt. */
  private String waitsFor(QueueEntry entry) {
    String destination = entry.id().destination();
    try {
      return nextHop(EntryWake.of(entry, Optional.empty()));
    } catch (IOException unknown) {
      return destination;
    }
  }

  private Health attempt(QueueEntry booked, Turn turn) throws IOException {
    if (booked.waiting().isEmpty()) { // somebody ended the last recipient by hand
      QueueEntry done = booked.withStatus(Status.DONE, booked.nextAttempt());
      free(finish(done) ? Optional.of(done) : Optional.empty());
      return new Health.Unknown();
    }
    Optional<MessageBody> body = Optional.empty();
    Map<EmailAddress, SmtpReply> suppressed = Map.of();
    Courier.Delivery delivery;
    Health health = new Health.Unknown();
    try {
      suppressed = ports.suppress().among(booked);
      body = MessageBody.open(ports.messages(), booked);
      Courier.Delivery made =
          deliverEntry.deliver(SuppressRecipients.without(booked, suppressed), body, turn.time());
      health = health(booked, made);
      delivery = SuppressRecipients.with(booked, suppressed, made);
    } catch (IOException | RuntimeException fault) { // ours, or unknown: temporary
      EventLog.error("send-fault").with("entry", booked.id()).cause(fault).write();
      delivery =
          DeliverEntry.everybody(
              booked, new Outcome.Deferred(SmtpReply.of(451, 3, 0, "internal fault")));
    }
    try {
      Settlement settlement =
          Settlement.of(booked, delivery, turn.at(), next(booked, turn.schedule()));
      Optional<QueueEntry> entry = settle(booked, settlement, body, turn.at());
      if (entry.isPresent()) {
        ports.suppress().learn(booked, entry.get(), suppressed.keySet());
      }
      free(entry);
    } finally {
      if (body.isPresent()) {
        body.get().close();
      }
    }
    return health;
  }

  /** An attempt at a server of the administrator's choice tells nothing of the destination. */
  private static Health health(QueueEntry booked, Courier.Delivery made) {
    boolean isAtDestination = booked.byHand().route().isEmpty() && !made.results().isEmpty();
    return isAtDestination ? Health.of(made) : new Health.Unknown();
  }

  private Optional<Instant> next(QueueEntry booked, RetrySchedule schedule) {
    Instant now = clock.instant();
    return schedule
        .next(booked.id().message().acceptedAt(), booked.attemptsMade(), now, random)
        .map(next -> Settlement.notAfterNotice(booked, now, next));
  }

  private boolean finish(QueueEntry entry) throws IOException {
    boolean isOurs = ports.queue().finish(entry);
    if (!isOurs) {
      EventLog.warn("attempt-superseded")
          .with("entry", entry.id())
          .with("n", entry.attemptsMade())
          .write();
    }
    return isOurs;
  }

  /**
   * Nothing needs the body of a finished entry any more, as far as this entry goes.
   *
   * @throws IOException when it is not known to be free: the wake comes again, and {@link
   *     #freeAgain} sees to it
   */
  private void free(Optional<QueueEntry> entry) throws IOException {
    if (entry.isPresent() && entry.get().status() == Status.DONE) {
      EntryId id = entry.get().id();
      bodies.free(id.message(), entry.get().shared(), id.bodyHolder());
    }
  }

  /**
   * An earlier run may have recorded the end and not come to free the body. A wake for nothing is
   * rare enough to look.
   */
  void freeAgain(EntryId id) throws IOException {
    for (QueueEntry entry : ports.queue().entries(id.message())) {
      if (entry.id().equals(id)) {
        free(Optional.of(entry));
      }
    }
  }

  private static void log(QueueEntry entry) {
    QueueEntry.Attempt attempt = entry.attempts().getLast();
    EventLog.info("attempt")
        .with("id", entry.id().message())
        .with("entry", entry.id())
        .with("n", entry.attemptsMade())
        .with("waiting", entry.waiting().size())
        .with("server", attempt.server())
        .with("tls", attempt.tls())
        .with("reply", attempt.reply())
        .with("next", entry.status() == Status.DONE ? "" : entry.nextAttempt())
        .write();
  }
}
