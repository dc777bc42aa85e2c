package skypost.mail.send;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import skypost.mail.bounce.Bounces;
import skypost.mail.directory.HostPort;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.OutboundQueue.Booking;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.tlspolicy.AppliedPolicies;
import skypost.mail.tlspolicy.CountTlsSessions;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Outcome;
import skypost.protocol.smtp.client.Transaction;

/** Tries to send one entry of the outbound queue. Thread safe when its parts are. */
public final class SendMessage {
  private static final Duration LOST_MARGIN =
      Duration.ofMinutes(1); // for clocks, and for recording what came of it
  private static final Duration NOTICE_RETRY = Duration.ofMinutes(5);
  private static final int MAX_HOPS = 100; // RFC 5321 section 6.3: at least 100 Received lines

  private final Ports ports;
  private final FreeBodies bodies;
  private final Routes routes;
  private final Courier courier;
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
    this.schedules = schedules;
    this.clock = clock;
    this.random = random;
  }

  /**
   * What fails as a whole when mail for an entry fails; empty: it depends on the sender, of whom
   * the wake says nothing.
   */
  Optional<String> nextHop(EntryWake wake) throws IOException {
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
    Instant first = schedules.of(id.destination()).first(id.message().acceptedAt());
    if (now.isBefore(first)) { // the queue wakes at once; a schedule may begin later
      ports.queue().wake(wake.dueAt(first), now);
      return new Health.Unknown();
    }
    Booking booking = ports.queue().book(id, now, lostAt(time));
    if (booking instanceof Booking.NotDue(Instant due)) {
      ports.queue().wake(wake.dueAt(due), now);
    }
    return attempt(id, booking, now, time);
  }

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
    Booking booking = ports.queue().bookEarly(id, now, lostAt(time));
    return attempt(id, booking, now, time);
  }

  private Health attempt(EntryId id, Booking booking, Instant at, InvocationTime time)
      throws IOException {
    return switch (booking) {
      case Booking.Booked(QueueEntry entry) -> attempt(entry, at, time);
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
    if (!(ports.queue().bookEarly(id, now, lostAt(time))
        instanceof Booking.Booked(QueueEntry booked))) {
      return;
    }
    Optional<MessageBody> body = MessageBody.open(ports.messages(), booked);
    try {
      Courier.Delivery none = everybody(booked, new Outcome.Deferred(why));
      var outlook = new Settlement.Outlook(next, booked.attemptsMade() - 1);
      settle(booked, Settlement.of(booked, none, now, outlook), body, now);
    } finally {
      if (body.isPresent()) {
        body.get().close();
      }
    }
  }

  private QueueEntry settle(
      QueueEntry booked, Settlement settlement, Optional<MessageBody> body, Instant at)
      throws IOException {
    QueueEntry entry = notify(booked, settlement, body, at).entry();
    if (entry.status() == Status.DEFERRED) {
      entry = entry.waitingFor(waitsFor(entry));
    }
    log(entry);
    finish(entry);
    return entry;
  }

  /** Settings that cannot be read now are no reason not to record what came of an attempt. */
  private String waitsFor(QueueEntry entry) {
    String destination = entry.id().destination();
    try {
      return nextHop(EntryWake.of(entry, Optional.empty())).orElse(destination);
    } catch (IOException unknown) {
      return destination;
    }
  }

  private Health attempt(QueueEntry booked, Instant at, InvocationTime time) throws IOException {
    if (booked.waiting().isEmpty()) { // somebody ended the last recipient by hand
      finish(booked.withStatus(Status.DONE, booked.nextAttempt()));
      return new Health.Unknown();
    }
    Optional<MessageBody> body = Optional.empty();
    Map<EmailAddress, SmtpReply> suppressed = Map.of();
    Courier.Delivery delivery;
    Health health = new Health.Unknown();
    try {
      suppressed = ports.suppress().among(booked);
      body = MessageBody.open(ports.messages(), booked);
      Courier.Delivery made = deliver(SuppressRecipients.without(booked, suppressed), body, time);
      health = health(booked, made);
      delivery = SuppressRecipients.with(booked, suppressed, made);
    } catch (IOException | RuntimeException fault) { // ours, or unknown: temporary
      EventLog.error("send-fault").with("entry", booked.id()).cause(fault).write();
      delivery = everybody(booked, new Outcome.Deferred(SmtpReply.of(451, 3, 0, "internal fault")));
    }
    try {
      Settlement settlement = Settlement.of(booked, delivery, at, next(booked));
      QueueEntry entry = settle(booked, settlement, body, at);
      ports.suppress().learn(booked, entry, suppressed.keySet());
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

  private Optional<Instant> next(QueueEntry booked) throws IOException {
    Instant now = clock.instant();
    return schedules
        .of(booked.id().destination())
        .next(booked.id().message().acceptedAt(), booked.attemptsMade(), now, random)
        .map(next -> Settlement.notAfterNotice(booked, now, next));
  }

  private Courier.Delivery deliver(
      QueueEntry entry, Optional<MessageBody> body, InvocationTime time) throws IOException {
    if (entry.waiting().isEmpty()) { // all are suppressed
      return new Courier.Delivery(List.of(), "", "");
    }
    if (body.isEmpty()) {
      EventLog.error("body-gone")
          .with("entry", entry.id())
          .write(); // nobody deletes a body that an entry holds
      return everybody(
          entry, new Outcome.Failed(SmtpReply.of(554, 3, 0, "the message is gone from the store")));
    }
    if (body.get().hops() > MAX_HOPS) {
      return everybody(
          entry,
          new Outcome.Failed(
              SmtpReply.of(554, 4, 6, "too many hops: the message goes in circles")));
    }
    if (SmartHostRefusals.wasLast(entry)) { // the administrator may just have corrected it
      routes.forget();
    }
    Route route =
        routes.to(
            entry.id().destination(), entry.sender(), entry.byHand().route(), body.get().tlsWish());
    return switch (route) {
      case Route.Never(SmtpReply reply) -> everybody(entry, new Outcome.Failed(reply));
      case Route.Later(SmtpReply reply) -> everybody(entry, new Outcome.Deferred(reply));
      case Route.Via(List<Hop> hops, AppliedPolicies policies) -> {
        Courier.Delivery made = deliver(hops, entry, body.get(), time);
        ports.sessions().count(policies, made.handshakes());
        yield made;
      }
      case Route.Through(HostPort host, List<Hop> hops) ->
          throughSmartHost(host, deliver(hops, entry, body.get(), time));
    };
  }

  private Courier.Delivery throughSmartHost(HostPort host, Courier.Delivery made) {
    Courier.Delivery delivery = SmartHostRefusals.temporary(host, made);
    SmartHostRefusals.find(delivery).ifPresent(reply -> SmartHostRefusals.note(host, reply));
    return delivery;
  }

  private Courier.Delivery deliver(
      List<Hop> hops, QueueEntry entry, MessageBody body, InvocationTime time) throws IOException {
    return courier.deliver(
        inOrder(hops, entry), transaction(entry, body), time.left(clock.instant()));
  }

  /**
   * A server that fell silent on this message last time goes last: it would fall silent again, and
   * use up the time of the others until the schedule is over.
   */
  private static List<Hop> inOrder(List<Hop> hops, QueueEntry entry) {
    if (entry.attempts().isEmpty()
        || !entry.attempts().getLast().reply().enhanced().equals("4.4.2")) {
      return hops;
    }
    String silent = entry.attempts().getLast().server();
    return hops.stream()
        .sorted(Comparator.comparing(hop -> hop.peer().toString().equals(silent)))
        .toList(); // stable
  }

  private Transaction transaction(QueueEntry entry, MessageBody body) throws IOException {
    List<Transaction.Recipient> recipients =
        entry.waiting().stream()
            .map(
                recipient -> new Transaction.Recipient(recipient.address(), recipient.parameters()))
            .toList();
    return new Transaction(
        entry.sender(),
        body.envelope().senderParameters(),
        recipients,
        ports.sign().over(body)); // once for all of them
  }

  private static Courier.Delivery everybody(QueueEntry entry, Outcome outcome) {
    return Courier.Delivery.everybody(entry.waiting().size(), outcome);
  }

  /** Tells the sender what became of recipients, before the queue forgets them. */
  private Settlement notify(
      QueueEntry booked, Settlement settlement, Optional<MessageBody> body, Instant at) {
    boolean isNobodys = booked.sender().isEmpty() && body.isEmpty(); // nor known to be ours
    if (settlement.ended().isEmpty() || isNobodys) {
      return settlement;
    }
    try {
      Envelope envelope =
          new Envelope(
              informed(booked, body),
              body.map(b -> b.envelope().senderParameters()).orElse(Map.of()),
              booked.recipients().stream()
                  .map(r -> new Envelope.Recipient(r.address(), r.parameters()))
                  .toList(),
              body.map(b -> b.envelope().origin())
                  .orElseGet(
                      () -> Envelope.Origin.internal(booked.id().message().acceptedAt(), "")));
      InputStream beginning =
          body.map(MessageBody::beginning).orElse(new ByteArrayInputStream(new byte[0]));
      MessageId bounce = MessageId.derived(at, booked.id() + ":" + booked.attemptsMade());
      ports
          .bounces()
          .send(
              bounce,
              new Bounces.Original(
                  booked.id().message(), envelope, beginning, retriedUntil(booked)),
              settlement.ended());
      return settlement;
    } catch (IOException | RuntimeException fault) {
      EventLog.error("bounce-fault").with("entry", booked.id()).cause(fault).write();
      return settlement.withoutFailures(booked, clock.instant().plus(NOTICE_RETRY));
    }
  }

  /** Who is told. A forwarded message bears a sender of ours; its first sender is told at once. */
  private static Optional<EmailAddress> informed(QueueEntry booked, Optional<MessageBody> body) {
    return booked
        .sender()
        .flatMap(own -> body.map(b -> b.envelope().sender()).orElse(Optional.of(own)));
  }

  private Optional<Instant> retriedUntil(QueueEntry booked) throws IOException {
    EntryId id = booked.id();
    return Optional.of(schedules.of(id.destination()).end(id.message().acceptedAt()));
  }

  private void finish(QueueEntry entry) throws IOException {
    if (!ports.queue().finish(entry)) {
      EventLog.warn("attempt-superseded")
          .with("entry", entry.id())
          .with("n", entry.attemptsMade())
          .write();
    } else if (entry.status() == Status.DONE) {
      free(entry);
    }
  }

  /** Nothing needs the body any more, as far as this entry goes. */
  private void free(QueueEntry entry) {
    MessageId id = entry.id().message();
    try {
      bodies.free(id, entry.shared(), entry.id().bodyHolder());
    } catch (IOException
        | RuntimeException fault) { // the entry is done; a wake that comes again frees the body
      EventLog.warn("body-left").with("entry", entry.id()).cause(fault).write();
    }
  }

  /**
   * An earlier run may have recorded the end and not come to free the body. A wake for nothing is
   * rare enough to look.
   */
  private void freeAgain(EntryId id) throws IOException {
    for (QueueEntry entry : ports.queue().entries(id.message())) {
      if (entry.id().equals(id) && entry.status() == Status.DONE) {
        free(entry);
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
