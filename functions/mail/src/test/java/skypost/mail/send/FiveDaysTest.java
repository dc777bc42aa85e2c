package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.bounce.Bounces;
import skypost.mail.contract.TestClock;
import skypost.mail.directory.Page;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDestinations;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Outcome;
import skypost.protocol.smtp.client.Peer;
import skypost.protocol.smtp.client.TlsDemand;
import skypost.protocol.smtp.client.Transaction;

/**
 * Five days of retries for a thousand messages under a virtual clock, with remote servers that
 * refuse, defer and are down, for some hours all together, stores that fail before or after the
 * deed, functions that are killed, and wakes that come twice. Every message must come to the right
 * end.
 */
class FiveDaysTest {
  private static final Instant START = Instant.parse("2026-11-25T08:00:00Z");
  private static final int MESSAGES = 1000;
  private static final Duration INVOCATION = Duration.ofMinutes(5);
  private static final Duration VISIBILITY = Duration.ofMinutes(6);

  private final TestClock clock = new TestClock(START);
  private final PriorityQueue<Due> wakes =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::toString));
  private final Map<String, Integer> copies = new HashMap<>();
  private final Set<EntryId> disturbed = new HashSet<>();
  private final InMemoryMessages store = new InMemoryMessages();
  private final InMemoryBodyHolders holders = new InMemoryBodyHolders();
  private final InMemoryDestinations destinations = new InMemoryDestinations();
  private final InMemoryOutboundQueue queue =
      new InMemoryOutboundQueue(
          clock,
          wake -> wakes.add(new Due(Optional.of(wake.id()), wake.at(), wake.at())),
          wake -> wakes.add(new Due(Optional.empty(), wake.at(), wake.due())));
  private Random random;
  private final Map<EmailAddress, EntryId> entryOf = new HashMap<>();

  @BeforeEach
  void quiet() {
    EventLog.to(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
  }

  @AfterEach
  void loud() {
    EventLog.to(System.err);
  }

  /** A wake of an entry, or of the destination. */
  private record Due(Optional<EntryId> entry, Instant at, Instant due) {}

  /** The function was killed: nothing after this point happens. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @ParameterizedTest
  @ValueSource(longs = 1)
  void everyMessageComesToItsRightEnd(long seed) throws IOException {
    random = new Random(seed);
    SendMessage send =
        new SendMessage(
            new SendMessage.Ports(
                new FaultyQueue(),
                new FaultyStore(),
                holders,
                new Bounces(new FaultyStore(), "mx.us.example"),
                new SuppressRecipients(
                    new RememberedDirectory(new InMemoryDirectory(), clock),
                    new InMemorySuppressions(),
                    clock)),
            (destination, sender, chosen, wish) -> {
              fault(0.02);
              Peer peer = new Peer("mx", new java.net.InetSocketAddress("127.0.0.1", 25));
              return new Route.Via(List.of(new Hop(peer, new TlsDemand.Clear())));
            },
            new RemoteServers(),
            destination -> RetrySchedule.DEFAULT,
            clock,
            random);
    SendDue due =
        new SendDue(
            new SendDue.Ports(new FaultyQueue(), destinations),
            send,
            destination -> RetrySchedule.DEFAULT,
            new SendDue.Means(Runnable::run, clock, random));
    List<QueueEntry> entries = accept();
    for (int runs = 0; !wakes.isEmpty(); runs++) {
      assertThat(runs).as("wakes do not breed").isLessThan(3_000_000);
      Due wake = wakes.poll();
      clock.advanceTo(wake.at());
      run(due, wake);
    }
    assertThat(Duration.between(START, clock.instant())).isLessThan(Duration.ofDays(6));
    check(entries);
  }

  private void run(SendDue send, Due wake) {
    InvocationTime time = InvocationTime.of(clock.instant(), INVOCATION);
    try {
      if (wake.entry().isEmpty()) {
        send.destination("there.example", wake.due(), time);
        return;
      }
      EntryId id = wake.entry().get();
      QueueEntry entry = queue.entries(id.message()).getFirst();
      // SQS delivers at least once. Not at every early wake: there it would breed without end.
      if (random.nextDouble() < 0.02 && !entry.nextAttempt().isAfter(clock.instant())) {
        wakes.add(new Due(wake.entry(), clock.instant(), clock.instant()));
      }
      Optional<Instant> due =
          entry.status() == Status.DEFERRED ? Optional.of(entry.nextAttempt()) : Optional.empty();
      send.entry(EntryWake.of(entry, due), time);
    } catch (IOException
        | Killed
        | CompletionException fault) { // the message becomes visible again
      wakes.add(new Due(wake.entry(), clock.instant().plus(VISIBILITY), wake.due()));
    }
  }

  private List<QueueEntry> accept() throws IOException {
    List<QueueEntry> entries = new ArrayList<>();
    String[] kinds = {"good", "grey", "gone", "down", "dead", "flaky"};
    for (int i = 0; i < MESSAGES; i++) {
      MessageId id = MessageId.at(START.plusSeconds(i), random);
      Optional<EmailAddress> sender =
          i % 10 == 0 ? Optional.empty() : Optional.of(address("s" + i + "@here.example"));
      List<QueuedRecipient> recipients = new ArrayList<>();
      for (int r = 0; r <= random.nextInt(3); r++) {
        recipients.add(
            new QueuedRecipient(
                address(kinds[random.nextInt(kinds.length)] + "-" + i + "-" + r + "@there.example"),
                Map.of(),
                Optional.empty()));
      }
      try (var draft =
          store.begin(
              id,
              new Envelope(
                  sender,
                  Map.of(),
                  recipients.stream().map(q -> new Envelope.Recipient(q.address())).toList(),
                  new Envelope.Origin(
                      START,
                      Optional.of("203.0.113.9"),
                      "test",
                      Optional.empty(),
                      Optional.empty())))) {
        draft.write(("Subject: " + i + "\r\n\r\nx\r\n").getBytes(StandardCharsets.US_ASCII));
        draft.commit();
      }
      boolean shared = i % 7 == 0;
      QueueEntry entry =
          new QueueEntry(
              new EntryId(id, "there.example", 0),
              new QueueEntry.Mail(sender, 17, shared, ""),
              new QueueEntry.Turn(
                  Status.QUEUED, RetrySchedule.DEFAULT.first(id.acceptedAt()), 0, "there.example"),
              recipients,
              List.of(),
              ByHand.NOTHING);
      if (shared) {
        holders.hold(id, List.of("queue:" + entry.id()));
      }
      recipients.forEach(recipient -> entryOf.put(recipient.address(), entry.id()));
      queue.enqueue(List.of(entry));
      entries.add(entry);
    }
    return entries;
  }

  private void check(List<QueueEntry> accepted) throws IOException {
    Map<String, Integer> told = told();
    for (QueueEntry before : accepted) {
      QueueEntry entry = queue.entries(before.id().message()).getFirst();
      assertThat(entry.status()).as("%s", entry).isEqualTo(Status.DONE);
      assertThat(store.open(entry.id().message()))
          .as("the body of %s is freed", entry.id())
          .isEmpty();
      for (QueuedRecipient recipient : entry.recipients()) {
        check(entry, recipient, told.getOrDefault(recipient.address().toString(), 0));
      }
    }
    assertThat(copies.values()).anyMatch(count -> count == 1);
    assertThat(told).isNotEmpty();
  }

  private void check(QueueEntry entry, QueuedRecipient recipient, int told) {
    String who = recipient.address().toString();
    int got = copies.getOrDefault(who, 0);
    switch (recipient.end().orElseThrow()) {
      case End.Sent(SmtpReply reply) -> {
        assertThat(got).as("copies of %s", who).isPositive();
        assertThat(got == 1 || disturbed.contains(entry.id()))
            .as("%s got %s copies without a reason", who, got)
            .isTrue();
        assertThat(told).as("a delivered recipient is reported: %s", who).isZero();
      }
      case End.Bounced(SmtpReply reply) -> {
        assertThat(got).as("%s was delivered and bounced", who).isZero();
        assertThat(who).matches("(gone|dead)-.*");
        assertThat(reply.enhanced()).isEqualTo(who.startsWith("gone") ? "5.1.1" : "5.4.7");
        if (entry.sender().isPresent()) {
          assertThat(told).as("the sender is told of %s", who).isPositive();
          assertThat(told == 1 || disturbed.contains(entry.id()))
              .as("told %s times of %s", told, who)
              .isTrue();
        } else {
          assertThat(told).isZero();
        }
        if (who.startsWith("dead")) {
          assertThat(entry.attemptsMade())
              .isGreaterThanOrEqualTo(RetrySchedule.DEFAULT.waits().size());
        }
      }
      case End.Removed() -> throw new AssertionError(who);
    }
  }

  /** How often each recipient is reported in a bounce. */
  private Map<String, Integer> told() throws IOException {
    Map<String, Integer> told = new HashMap<>();
    for (Iterator<MessageId> ids = store.listFrom(MessageId.first(Instant.EPOCH));
        ids.hasNext(); ) {
      try (var message = store.open(ids.next()).orElseThrow()) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        message.content().transferTo(octets);
        octets
            .toString(StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("Final-Recipient: rfc822; "))
            .forEach(line ->
                told.merge(line.substring("Final-Recipient: rfc822; ".length()), 1, Integer::sum));
      }
    }
    return told;
  }

  /** What each kind of recipient's server says; what it accepts is counted. */
  private final class RemoteServers implements Courier {
    @Override
    public Delivery deliver(List<Hop> hops, Transaction transaction, Patience patience) {
      if (random.nextDouble() < 0.02) {
        throw new IllegalStateException("a fault nobody thought of");
      }
      long hours = Duration.between(START, clock.instant()).toHours();
      if (hours >= 20 && hours < 26) { // nobody answers
        List<Result> none =
            Collections.nCopies(
                transaction.recipients().size(), new Result(later(), Optional.empty()));
        return new Delivery(none, "", "");
      }
      List<Result> results = new ArrayList<>();
      for (Transaction.Recipient recipient : transaction.recipients()) {
        Outcome outcome = answer(recipient.address());
        if (outcome instanceof Outcome.Delivered) {
          copies.merge(recipient.address().toString(), 1, Integer::sum);
        }
        results.add(new Result(outcome, Optional.of("mx.there.example")));
      }
      if (random.nextDouble() < 0.01) {
        // the documented window: after the peer's 250, before our record of it
        disturbed.add(entryOf.get(transaction.recipients().getFirst().address()));
        throw new Killed();
      }
      return new Delivery(results, "mx.there.example[192.0.2.1]:25", "");
    }

    private Outcome answer(EmailAddress to) {
      Duration since = Duration.between(START, clock.instant());
      return switch (to.local().substring(0, to.local().indexOf('-'))) {
        case "good" -> new Outcome.Delivered(SmtpReply.of(250, 0, 0, "ok"));
        case "grey" ->
            since.toMinutes() >= 20
                ? new Outcome.Delivered(SmtpReply.of(250, 0, 0, "ok"))
                : later();
        case "gone" -> new Outcome.Failed(SmtpReply.of(550, 1, 1, "no such user"));
        case "down" ->
            since.toHours() >= 60 ? new Outcome.Delivered(SmtpReply.of(250, 0, 0, "ok")) : later();
        case "dead" -> later();
        default ->
            random.nextInt(3) > 0 ? new Outcome.Delivered(SmtpReply.of(250, 0, 0, "ok")) : later();
      };
    }

    private static Outcome later() {
      return new Outcome.Deferred(SmtpReply.of(451, 4, 1, "not now"));
    }
  }

  private void fault(double probability) throws IOException {
    if (random.nextDouble() < probability) {
      throw new IOException("injected");
    }
  }

  /** Fails before or after the deed, as a service does whose answer is lost. */
  private final class FaultyQueue implements OutboundQueue {
    @Override
    public Booking book(EntryId id, Instant now, Instant lostAt) throws IOException {
      fault(0.01);
      Booking booking = queue.book(id, now, lostAt);
      fault(0.01);
      return booking;
    }

    @Override
    public boolean finish(QueueEntry entry) throws IOException {
      if (random.nextDouble() < 0.01) {
        disturbed.add(entry.id());
        throw new IOException("injected");
      }
      boolean recorded = queue.finish(entry);
      fault(0.01);
      return recorded;
    }

    @Override
    public void wake(EntryWake wake, Instant now) throws IOException {
      fault(0.001);
      queue.wake(wake, now);
    }

    @Override
    public Booking bookEarly(EntryId id, Instant now, Instant lostAt) throws IOException {
      fault(0.01);
      Booking booking = queue.bookEarly(id, now, lostAt);
      fault(0.01);
      return booking;
    }

    @Override
    public PuttingOff putOff(EntryId id, String waitsFor, Instant now, Instant until)
        throws IOException {
      fault(0.01);
      return queue.putOff(id, waitsFor, now, until);
    }

    @Override
    public void wakeDestination(String destination, Instant now, Instant due) throws IOException {
      fault(0.01);
      queue.wakeDestination(destination, now, due);
    }

    @Override
    public List<EntryId> waitingFor(String destination, int limit, Optional<EntryId> after) {
      return queue.waitingFor(destination, limit, after);
    }

    @Override
    public Count countWaitingFor(String destination) {
      return queue.countWaitingFor(destination);
    }

    @Override
    public void enqueue(List<QueueEntry> entries) {
      queue.enqueue(entries);
    }

    @Override
    public List<QueueEntry> entries(MessageId message) throws IOException {
      fault(0.01);
      return queue.entries(message);
    }

    @Override
    public Page<QueueEntry> waiting(int limit, Optional<String> next) {
      return queue.waiting(limit, next);
    }

    @Override
    public boolean replace(QueueEntry seen, QueueEntry wanted) {
      return queue.replace(seen, wanted);
    }
  }

  private final class FaultyStore implements StoredMessages, IncomingMessages {
    @Override
    public Optional<StoredMessage> open(MessageId id) throws IOException {
      fault(0.02);
      return store.open(id);
    }

    @Override
    public Draft begin(MessageId id, Envelope envelope) throws IOException {
      fault(0.05);
      return store.begin(id, envelope);
    }

    @Override
    public void delete(Collection<MessageId> ids) {
      store.delete(ids);
    }

    @Override
    public Iterator<MessageId> listFrom(MessageId from) {
      return store.listFrom(from);
    }
  }

  private static EmailAddress address(String text) {
    return EmailAddress.parse(text).orElseThrow();
  }
}
