package skypost.mail.send;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletionException;
import skypost.mail.bounce.Bounces;
import skypost.mail.contract.TestClock;
import skypost.mail.directory.HostPort;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDestinations;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.tlspolicy.TlsWish;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Outcome;
import skypost.protocol.smtp.client.Peer;
import skypost.protocol.smtp.client.TlsDemand;
import skypost.protocol.smtp.client.Transaction;

/**
 * Sending under a virtual clock: everything is real but time, the wakes of SQS and the remote
 * servers. Several functions share the ports, each with a memory of its own. Deterministic: what
 * happens at once happens one after the other, in an order by chance.
 */
final class Simulation {
  static final Instant START = Instant.parse("2026-11-25T08:00:00Z");
  static final Duration INVOCATION = Duration.ofMinutes(15);
  static final Duration VISIBILITY = Duration.ofMinutes(16);

  final Random random = new Random(11);
  final InMemoryMessages store = new InMemoryMessages();
  final InMemoryBodyHolders holders = new InMemoryBodyHolders();
  final InMemoryDestinations destinations = new InMemoryDestinations();
  final List<Dialled> dialled = new ArrayList<>();
  private final TestClock clock = new TestClock(START);
  private final PriorityQueue<Wake> wakes =
      new PriorityQueue<>(Comparator.comparing(Wake::at).thenComparing(Wake::number));
  final InMemoryOutboundQueue queue =
      new InMemoryOutboundQueue(
          clock,
          wake -> woken(Optional.of(wake.id()), wake.id().destination(), wake.at(), wake.at()),
          wake -> woken(Optional.empty(), wake.destination(), wake.at(), wake.due()));
  private final Map<String, RetrySchedule> schedules = new LinkedHashMap<>();
  private final Map<EmailAddress, EntryId> entries = new HashMap<>();
  private final Server server;
  private final List<SendDue> functions = new ArrayList<>();
  private long wakesSoFar;

  /** What all mail goes through; empty: nothing. */
  Optional<String> smartHost = Optional.empty();

  /** The time of invocations. */
  Duration invocation = INVOCATION;

  /** What a destination's servers do with a message. */
  @FunctionalInterface
  interface Server {
    /**
     * @param since the simulation began
     */
    Outcome answer(EntryId entry, Duration since);
  }

  /** Nobody answered. */
  static final Outcome REFUSED =
      new Outcome.Deferred(SmtpReply.of(451, 4, 1, "cannot connect: connection refused"));

  static final Outcome TAKEN = new Outcome.Delivered(SmtpReply.of(250, 0, 0, "ok"));

  /** The function was killed: nothing after this point happens. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** A connection that was made, or tried. */
  record Dialled(EntryId entry, Instant at, Outcome outcome) {
    boolean isDelivery() {
      return outcome instanceof Outcome.Delivered;
    }
  }

  private record Wake(
      Optional<EntryId> entry, String destination, Instant at, Instant due, long number) {}

  Simulation(int functions, Server server) {
    this.server = server;
    for (int i = 0; i < functions; i++) {
      this.functions.add(function());
    }
  }

  private SendDue function() {
    Hop hop =
        new Hop(
            new Peer("mx", new java.net.InetSocketAddress("127.0.0.1", 25)), new TlsDemand.Clear());
    RetrySchedules all = name -> schedules.getOrDefault(name, RetrySchedule.DEFAULT);
    var send =
        new SendMessage(
            new SendMessage.Ports(
                queue,
                store,
                holders,
                new Bounces(store, "mx.us.example"),
                new SuppressRecipients(
                    new RememberedDirectory(new InMemoryDirectory(), clock),
                    new InMemorySuppressions(),
                    clock)),
            new Routes() {
              @Override
              public Route to(
                  String destination,
                  Optional<EmailAddress> sender,
                  Optional<HostPort> chosen,
                  TlsWish wish) {
                return new Route.Via(List.of(hop));
              }

              @Override
              public String nextHop(String destination, String from) {
                return smartHost.orElse(destination);
              }
            },
            new RemoteServers(),
            all,
            clock,
            random);
    return new SendDue(
        new SendDue.Ports(queue, destinations),
        send,
        all,
        new SendDue.Means(Runnable::run, clock, random));
  }

  void schedule(String destination, RetrySchedule schedule) {
    schedules.put(destination, schedule);
  }

  Instant now() {
    return clock.instant();
  }

  private void woken(Optional<EntryId> entry, String destination, Instant at, Instant due) {
    wakes.add(new Wake(entry, destination, at, due, wakesSoFar++));
  }

  /** A message comes in, for a recipient who gets no other. */
  EntryId accept(Instant at, String recipient, Map<String, String> parameters) throws IOException {
    clock.advanceTo(at);
    MessageId id = MessageId.at(at, random);
    Optional<EmailAddress> sender = EmailAddress.parse("alice@here.example");
    EmailAddress to = EmailAddress.parse(recipient).orElseThrow();
    var envelope =
        new Envelope(
            sender,
            Map.of(),
            List.of(new Envelope.Recipient(to, parameters)),
            Envelope.Origin.internal(at, "test"));
    try (var draft = store.begin(id, envelope)) {
      draft.write("Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
      draft.commit();
    }
    EntryId entry = new EntryId(id, to.domain(), 0);
    entries.put(to, entry);
    queue.enqueue(
        List.of(
            new QueueEntry(
                entry,
                new QueueEntry.Mail(sender, 17, false, ""),
                new QueueEntry.Turn(Status.QUEUED, at, 0, entry.destination()),
                List.of(new QueuedRecipient(to, parameters, Optional.empty())),
                List.of(),
                ByHand.NOTHING)));
    return entry;
  }

  /** Runs what is due until then. */
  void runUntil(Instant end) throws IOException {
    while (!wakes.isEmpty() && !wakes.peek().at().isAfter(end)) {
      Wake wake = wakes.poll();
      clock.advanceTo(wake.at());
      run(wake);
    }
    clock.advanceTo(end);
  }

  /** Runs until nothing is to be done any more. */
  void runOut() throws IOException {
    for (long runs = 0; !wakes.isEmpty(); runs++) {
      if (runs > 5_000_000) {
        throw new AssertionError("wakes breed");
      }
      runUntil(wakes.peek().at());
    }
  }

  private void run(Wake wake) throws IOException {
    try {
      deal(wake);
    } catch (Killed | CompletionException killed) { // the message becomes visible again
      woken(wake.entry(), wake.destination(), clock.instant().plus(VISIBILITY), wake.due());
    }
  }

  private void deal(Wake wake) throws IOException {
    SendDue function = functions.get(random.nextInt(functions.size()));
    InvocationTime time = InvocationTime.of(clock.instant(), invocation);
    if (wake.entry().isEmpty()) {
      function.destination(wake.destination(), wake.due(), time);
      return;
    }
    QueueEntry entry = entry(wake.entry().get());
    Optional<Instant> due =
        entry.status() == Status.DEFERRED ? Optional.of(entry.nextAttempt()) : Optional.empty();
    function.entry(EntryWake.of(entry, due), time);
  }

  QueueEntry entry(EntryId id) {
    return queue.entries(id.message()).stream()
        .filter(entry -> entry.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private final class RemoteServers implements Courier {
    @Override
    public Delivery deliver(List<Hop> hops, Transaction transaction, Patience patience) {
      EmailAddress to = transaction.recipients().getFirst().address();
      EntryId entry = entries.get(to);
      Outcome outcome = server.answer(entry, Duration.between(START, clock.instant()));
      dialled.add(new Dialled(entry, clock.instant(), outcome));
      boolean reached = !outcome.equals(REFUSED);
      clock.advanceTo(clock.instant().plusMillis(reached ? 200 : 3000));
      return new Delivery(
          List.of(new Result(outcome, Optional.of("mx"))), reached ? "mx[192.0.2.1]:25" : "", "");
    }
  }
}
