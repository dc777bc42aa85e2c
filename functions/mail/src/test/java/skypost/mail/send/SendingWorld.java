package skypost.mail.send;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import org.xbill.DNS.SimpleResolver;
import skypost.mail.bounce.Bounces;
import skypost.mail.contract.TestClock;
import skypost.mail.dns.Dns;
import skypost.mail.dns.MailExchangers;
import skypost.mail.dns.TestDns;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDestinations;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemorySmartHostPasswords;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.settings.SmartHostSetting;
import skypost.mail.tlspolicy.TlsPolicies;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.net.TestTls;
import skypost.protocol.smtp.client.ConnectionPool;
import skypost.protocol.smtp.client.FakeMx;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;

/**
 * A queue, its store and two servers for there.example on loopback, the first preferred to the
 * second, found through a real DNS server.
 */
final class SendingWorld implements AutoCloseable {
  static final Duration WAIT = Duration.ofMinutes(5);
  private static final RetrySchedule SCHEDULE =
      RetrySchedule.of(List.of(Duration.ZERO, WAIT, WAIT, WAIT));
  private static final Duration INVOCATION = Duration.ofMinutes(15);

  final InMemoryMessages messages = new InMemoryMessages();
  final InMemoryDirectory directory = new InMemoryDirectory();
  final TestClock clock = new TestClock("2026-11-25T08:00:00Z");
  final InMemorySmartHostPasswords passwords = new InMemorySmartHostPasswords(clock);
  final InMemoryDestinations destinations = new InMemoryDestinations();
  private final PriorityQueue<Wake> wakes = new PriorityQueue<>(Comparator.comparing(Wake::at));
  final InMemoryOutboundQueue queue =
      new InMemoryOutboundQueue(
          clock,
          wake ->
              add(new Wake(Optional.of(wake.id()), wake.id().destination(), wake.at(), wake.at())),
          wake -> add(new Wake(Optional.empty(), wake.destination(), wake.at(), wake.due())));
  final FakeMx first;
  final FakeMx second;
  final TestDns dns;
  private final Random random = new Random(7);

  private record Wake(Optional<EntryId> entry, String destination, Instant at, Instant due) {}

  SendingWorld() throws IOException {
    first = FakeMx.start("127.0.0.1", 0);
    second = FakeMx.start("127.0.0.2", first.port());
    dns = TestDns.start();
    heal();
  }

  private void add(Wake wake) {
    synchronized (wakes) {
      wakes.add(wake);
    }
  }

  /** Has the DNS know of both servers, whatever was wrong with it. */
  void heal() {
    List.of("there.example", "mx1.there.example", "mx2.there.example").forEach(dns::remove);
    dns.add("there.example", "MX", "10 mx1.there.example.")
        .add("there.example", "MX", "20 mx2.there.example.")
        .add("mx1.there.example", "A", "127.0.0.1")
        .add("mx2.there.example", "A", "127.0.0.2");
  }

  /** Exchangers found through the DNS of this world, with few and short repetitions. */
  MailExchangers exchangers() throws IOException {
    SimpleResolver resolver =
        new SimpleResolver(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), dns.address().port()));
    resolver.setTimeout(Duration.ofMillis(500));
    return new MailExchangers(
        new Dns(resolver, Duration.ofSeconds(10)), Set.of("mx.us.example"), random);
  }

  /** Routes as the directory says. */
  Routes routes() throws IOException {
    return routes(Optional.empty());
  }

  /** Routes with a smart host by the setting; the servers' certificate is believed. */
  Routes routes(Optional<SmartHostSetting> setting) throws IOException {
    return new DirectoryRoutes(
        new RememberedDirectory(directory, clock),
        exchangers(),
        new DirectoryRoutes.Outbound(
            new SmartHostWays(setting, passwords, TestTls.client()),
            first.port(),
            TlsPolicies.none(TestTls.client())));
  }

  /** A client that waits so long for a server. */
  static SmtpClient client(Duration patience) {
    return new SmtpClient("mx.us.example", Timeouts.all(patience));
  }

  /** Has both servers send and take content so. */
  void offer(Way way) {
    first.offers(way.extensions());
    second.offers(way.extensions());
  }

  /** Deals with wakes by sending so. */
  SendDue due(SendMessage send, Executor threads) {
    return due(send, threads, SendDue.Limits.USUAL);
  }

  /** The same, within limits. */
  SendDue due(SendMessage send, Executor threads, SendDue.Limits limits) {
    return new SendDue(
        new SendDue.Ports(queue, destinations),
        send,
        _ -> SCHEDULE,
        new SendDue.Means(threads, clock, random, limits));
  }

  /** How often SendFunction is to be woken for an entry. */
  int wakesOf(EntryId id) {
    synchronized (wakes) {
      return (int) wakes.stream().filter(wake -> wake.entry().equals(Optional.of(id))).count();
    }
  }

  /** Deals with all that is due until then, each wake as an invocation of its own. */
  void runFor(Duration time, SendDue due) throws IOException {
    Instant end = clock.instant().plus(time);
    while (!wakes.isEmpty() && !wakes.peek().at().isAfter(end)) {
      Wake wake = wakes.poll();
      clock.advanceTo(wake.at());
      deal(wake, due);
    }
    clock.advanceTo(end);
  }

  private void deal(Wake wake, SendDue due) throws IOException {
    if (wake.entry().isEmpty()) {
      due.destination(wake.destination(), wake.due(), time());
    } else {
      QueueEntry entry = now(wake.entry().get());
      Optional<Instant> when =
          Optional.of(entry.nextAttempt()).filter(_ -> entry.status() == Status.DEFERRED);
      due.entry(EntryWake.of(entry, when), time());
    }
    due.rest();
  }

  /** A wake for an entry of alice@here.example that has just been queued. */
  static EntryWake wake(EntryId id) {
    return new EntryWake(id, "here.example", Optional.empty());
  }

  /** The time of an invocation that begins now. */
  InvocationTime time() {
    return InvocationTime.of(clock.instant(), INVOCATION);
  }

  /** The time of one in which servers must have answered so soon. */
  static InvocationTime time(Instant now, Duration whole, Duration finalReply) {
    return new InvocationTime(now, now.plus(whole), finalReply, Duration.ZERO);
  }

  SendMessage sender(Routes routes, ConnectionPool connections) {
    return sender(routes, new SmtpCourier(connections));
  }

  SendMessage sender(Routes routes, Courier courier) {
    return new SendMessage(
        new SendMessage.Ports(
            queue,
            messages,
            new InMemoryBodyHolders(),
            new Bounces(messages, "mx.us.example"),
            new SuppressRecipients(
                new RememberedDirectory(directory, clock), new InMemorySuppressions(), clock)),
        routes,
        courier,
        _ -> SCHEDULE,
        clock,
        random);
  }

  /** Stores a message from alice@here.example and queues it. */
  EntryId enqueue(String text, String... recipients) throws IOException {
    MessageId id = MessageId.at(clock.instant(), random);
    Optional<EmailAddress> alice = EmailAddress.parse("alice@here.example");
    List<QueuedRecipient> queued =
        Arrays.stream(recipients)
            .map(to ->
                new QueuedRecipient(
                    EmailAddress.parse(to).orElseThrow(), Map.of(), Optional.empty()))
            .toList();
    Envelope envelope =
        new Envelope(
            alice,
            Map.of(),
            queued.stream().map(to -> new Envelope.Recipient(to.address())).toList(),
            Envelope.Origin.internal(clock.instant(), "test"));
    try (var draft = messages.begin(id, envelope)) {
      draft.write(text.getBytes(StandardCharsets.UTF_8));
      draft.commit();
    }
    EntryId entry = new EntryId(id, queued.getFirst().address().domain(), 0);
    queue.enqueue(
        List.of(
            new QueueEntry(
                entry,
                new QueueEntry.Mail(alice, text.length(), false, ""),
                new QueueEntry.Turn(Status.QUEUED, clock.instant(), 0, entry.destination()),
                queued,
                List.of(),
                ByHand.NOTHING)));
    return entry;
  }

  QueueEntry now(EntryId id) {
    return queue.entries(id.message()).stream()
        .filter(entry -> entry.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** {@code Sent 250 2.0.0 taken}, {@code Bounced 550 …}, {@code waiting}: for each recipient. */
  List<String> ends(EntryId id) {
    return now(id).recipients().stream()
        .map(recipient ->
            recipient
                .end()
                .map(end ->
                    switch (end) {
                      case End.Sent(var reply) -> "Sent " + reply;
                      case End.Bounced(var reply) -> "Bounced " + reply;
                      case End.Removed() -> "Removed";
                    })
                .orElse("waiting"))
        .toList();
  }

  /** How many bounces were stored. */
  int bounces() throws IOException {
    int bounces = 0;
    for (Iterator<MessageId> ids = messages.listFrom(MessageId.first(Instant.EPOCH));
        ids.hasNext(); ) {
      try (var message = messages.open(ids.next()).orElseThrow()) {
        bounces += message.envelope().sender().isEmpty() ? 1 : 0;
      }
    }
    return bounces;
  }

  /** Recipients of all messages that a server has in full. */
  static List<String> taken(FakeMx server) {
    List<String> taken = new ArrayList<>();
    server.received().forEach(received -> taken.addAll(received.recipients()));
    return taken;
  }

  @Override
  public void close() throws IOException {
    first.close();
    second.close();
    dns.close();
  }
}
