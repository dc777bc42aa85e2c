package skypost.mail.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.bounce.Bounces;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.mailbox.FinalDelivery;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDeletedMessages;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryReceivedReports;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.Envelope;
import skypost.mail.message.Envelope.Recipient;
import skypost.mail.message.MessageId;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.mail.verify.CountSenders;
import skypost.mail.verify.Verification;
import skypost.protocol.address.EmailAddress;

class ReceiveMessageTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final EmailAddress ANN = address("ann@local.example");
  private static final EmailAddress BOB = address("bob@local.example");

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  private final InMemoryBodyHolders holders = new InMemoryBodyHolders();
  private final InMemoryReceivedReports reports = new InMemoryReceivedReports();
  private final InMemoryTraces traces = new InMemoryTraces();
  private final List<InMemoryOutboundQueue.Wake> wakes = new ArrayList<>();
  private final InMemoryOutboundQueue queue = new InMemoryOutboundQueue(CLOCK, wakes::add);

  @BeforeEach
  void directory() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    for (EmailAddress user : List.of(ANN, BOB)) {
      mailboxes.create(user, 0);
      directory.putAccount(new Account.User(user, 0, false));
    }
  }

  @Test
  void aLocalRecipientGetsTheMessageOnce() throws IOException {
    MessageId id =
        store("Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nbody\r\n", "Bob+tag@Local.Example");

    receive(queue).receive(id, false);
    receive(queue).receive(id, false);

    MailboxMessage message = inbox(BOB).getFirst();
    assertThat(inbox(BOB)).hasSize(1);
    assertThat(message.subject()).isEqualTo("Grüße");
    try (var stored = messages.open(id).orElseThrow()) {
      assertThat(message.size())
          .isEqualTo(
              FinalDelivery.headers(stored.envelope(), BOB).length
                  + stored.content().readAllBytes().length);
    }
    assertThat(message.shared()).isFalse();
    assertThat(outcomes(id))
        .containsExactly(
            new RecipientOutcome(
                address("Bob+tag@local.example"), BOB, new Outcome.Filed("INBOX", 1)));
  }

  @Test
  void aliasesLeadToUsersAndToOtherServersEachOnce() throws IOException {
    alias("team@local.example", "ann@local.example", "bob@local.example", "x@far.example");
    alias(
        "all@local.example",
        "team@local.example",
        "ann+other@local.example",
        "y@far.example",
        "z@near.example");
    MessageId id = store("\r\n", "all@local.example", "bob@local.example");

    receive(queue).receive(id, false);

    assertThat(inbox(ANN)).hasSize(1);
    assertThat(inbox(BOB)).hasSize(1);
    assertThat(queue.entries(id))
        .extracting(entry -> entry.id().destination())
        .containsExactlyInAnyOrder("far.example", "near.example");
    assertThat(queue.entries(id)).allMatch(QueueEntry::shared);
    assertThat(wakes).hasSize(2);
    assertThat(inbox(ANN).getFirst().shared()).isTrue();
    assertThat(holders.release(id, ANN.toString())).isFalse();
    assertThat(holders.release(id, BOB.toString())).isFalse();
    for (QueueEntry entry : queue.entries(id)) {
      assertThat(holders.release(id, entry.id().bodyHolder()))
          .isEqualTo(entry.equals(queue.entries(id).getLast()));
    }
  }

  @Test
  void anAliasLoopEndsWithABounce() throws IOException {
    alias("a@local.example", "b@local.example");
    alias("b@local.example", "a@local.example");
    MessageId id = store("Subject: round\r\n\r\n", "a@local.example");

    receive(queue).receive(id, false);

    assertThat(outcomes(id).getFirst().outcome().toString()).contains("554 5.4.6");
    assertThat(bounceOf(id)).contains("Status: 5.4.6", "Subject: round");
    assertThat(messages.open(id)).isEmpty(); // nobody holds the body any more
  }

  @Test
  void whatCannotBeFiledGoesBackToTheSender() throws IOException {
    mailboxes.create(BOB, 100);
    MessageId id =
        store("\r\n" + "x".repeat(200) + "\r\n", "bob@local.example", "nobody@local.example");

    receive(queue).receive(id, false);
    receive(queue).receive(id, true);

    assertThat(bounceOf(id))
        .contains("Status: 5.2.2", "Status: 5.1.1", "Final-Recipient: rfc822; bob@local.example");
    assertThat(ids()).hasSize(2); // one bounce, and what Bob can have when he has made room
  }

  @Test
  void aBounceIsNeverBounced() throws IOException {
    MessageId id = store(Optional.empty(), "\r\n", "nobody@local.example");

    receive(queue).receive(id, false);

    assertThat(ids()).isEmpty();
    assertThat(outcomes(id)).hasSize(1);
  }

  @Test
  void aFaultInTheMiddleLosesNothingAndDoublesNothing() throws IOException {
    AtomicInteger faults = new AtomicInteger(3);
    OutboundQueue failing = new FailingQueue(queue, faults);
    MessageId id = store("\r\n", "ann@local.example", "x@far.example");

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> receive(failing).receive(id, true)).isInstanceOf(IOException.class);
      assertThat(traces.receipt(id)).isEmpty();
    }
    receive(failing).receive(id, true);

    assertThat(inbox(ANN)).hasSize(1);
    assertThat(queue.entries(id)).hasSize(1);
    assertThat(outcomes(id))
        .extracting(RecipientOutcome::outcome)
        .contains(new Outcome.FiledBefore("INBOX"));
  }

  @Test
  void whoHasRemovedASharedMessageBeforeTheRepeatCanStillHaveItBack() throws IOException {
    AtomicInteger faults = new AtomicInteger(1);
    OutboundQueue failing = new FailingQueue(queue, faults);
    MessageId id = store("\r\n", "ann@local.example", "bob@local.example", "x@far.example");
    assertThatThrownBy(() -> receive(failing).receive(id, false)).isInstanceOf(IOException.class);
    var snapshot = mailboxes.open(BOB, Mailboxes.INBOX).orElseThrow();
    mailboxes.lease(BOB, "session", snapshot, NOW, NOW.plusSeconds(60));
    mailboxes.expunge(BOB, "session", snapshot, snapshot.messages());

    receive(failing).receive(id, true);

    assertThat(inbox(BOB)).isEmpty();
    assertThat(holders.of(id))
        .containsExactlyInAnyOrder(
            ANN.toString(), BOB.toString(), queue.entries(id).getFirst().id().bodyHolder());
  }

  @Test
  void aMessageThatWasBouncedForAFullMailboxIsNotFiledByALaterRun() throws IOException {
    mailboxes.create(ANN, 10);
    MessageId id = store("\r\n" + "x".repeat(200) + "\r\n", "ann@local.example");
    receive(queue).receive(id, false);
    mailboxes.create(ANN, 0);

    receive(queue).receive(id, false);

    assertThat(bounceOf(id)).contains("ann@local.example");
    assertThat(inbox(ANN)).isEmpty();
    assertThat(new InMemoryDeletedMessages(mailboxes).find(ANN, id)).isPresent();
    assertThat(messages.open(id)).isPresent();
  }

  @Test
  void aBodyThatEveryHolderHasLetGoIsThereUntilTheReceiptIs() throws IOException {
    mailboxes.delete(ANN, gone -> {});
    mailboxes.delete(BOB, gone -> {}); // both users are being removed
    MessageId id = store("\r\n", "ann@local.example", "bob@local.example");
    Bounces failing =
        new Bounces(
            (bounce, envelope) -> {
              throw new IOException("S3 gives no answer");
            },
            "mx.local.example");

    assertThatThrownBy(() -> receive(queue, failing).receive(id, false))
        .isInstanceOf(IOException.class);
    receive(queue).receive(id, true);

    assertThat(bounceOf(id)).contains("ann@local.example", "bob@local.example");
    assertThat(messages.open(id)).isEmpty();
    assertThat(holders.of(id)).isEmpty();
  }

  /** Fails a number of times after it has kept the entries, as a lost answer does. */
  private record FailingQueue(InMemoryOutboundQueue real, AtomicInteger faults)
      implements OutboundQueue {
    @Override
    public void enqueue(List<QueueEntry> entries) throws IOException {
      real.enqueue(entries);
      if (faults.getAndDecrement() > 0) {
        throw new IOException("no answer");
      }
    }

    @Override
    public Booking book(skypost.mail.queue.EntryId id, Instant now, Instant lostAt)
        throws IOException {
      return real.book(id, now, lostAt);
    }

    @Override
    public boolean finish(QueueEntry entry) throws IOException {
      return real.finish(entry);
    }

    @Override
    public void wake(skypost.mail.queue.EntryWake wake, Instant now) throws IOException {
      real.wake(wake, now);
    }

    @Override
    public Booking bookEarly(skypost.mail.queue.EntryId id, Instant now, Instant lostAt)
        throws IOException {
      return real.bookEarly(id, now, lostAt);
    }

    @Override
    public PuttingOff putOff(
        skypost.mail.queue.EntryId id, String waitsFor, Instant now, Instant until)
        throws IOException {
      return real.putOff(id, waitsFor, now, until);
    }

    @Override
    public void wakeDestination(String destination, Instant now, Instant due) throws IOException {
      real.wakeDestination(destination, now, due);
    }

    @Override
    public List<skypost.mail.queue.EntryId> waitingFor(
        String destination, int limit, Optional<skypost.mail.queue.EntryId> after)
        throws IOException {
      return real.waitingFor(destination, limit, after);
    }

    @Override
    public Count countWaitingFor(String destination) throws IOException {
      return real.countWaitingFor(destination);
    }

    @Override
    public List<QueueEntry> entries(MessageId message) throws IOException {
      return real.entries(message);
    }

    @Override
    public skypost.mail.directory.Page<QueueEntry> waiting(int limit, Optional<String> next)
        throws IOException {
      return real.waiting(limit, next);
    }

    @Override
    public boolean replace(QueueEntry seen, QueueEntry wanted) throws IOException {
      return real.replace(seen, wanted);
    }
  }

  private ReceiveMessage receive(OutboundQueue outbound) {
    return receive(outbound, new Bounces(messages, "mx.local.example"));
  }

  private ReceiveMessage receive(OutboundQueue outbound, Bounces bounces) {
    return new ReceiveMessage(
        new ReceiveMessage.Ports(
            directory,
            messages,
            mailboxes,
            holders,
            outbound,
            traces,
            bounces,
            ReturnPaths.NONE,
            Samples.filters(directory, messages, mailboxes, CLOCK),
            reports,
            (envelope, message) -> Verification.NONE,
            CountSenders.NONE),
        CLOCK);
  }

  @Test
  void mailForThePostmasterFindsSomebody() throws IOException {
    MessageId bare = store("Subject: x\r\n\r\n", "postmaster@mx.local.example");
    receive(queue).receive(bare, false);
    assertThat(inbox(ANN)).as("the first user of the domain above the host's").hasSize(1);

    directory.putAccount(new Account.Alias(address("postmaster@local.example"), List.of(BOB)));
    MessageId named =
        store(
            Samples.id(NOW.minusSeconds(60)),
            Optional.empty(),
            "Subject: x\r\n\r\n",
            "POSTMASTER@local.example");
    receive(queue).receive(named, false);
    assertThat(inbox(BOB)).hasSize(1);
    assertThat(inbox(ANN)).hasSize(1);
  }

  @Test
  void aSenderWhoAskedIsToldOnceThatTheMessageIsInTheMailbox() throws IOException {
    MessageId id = Samples.id(NOW.minusSeconds(3600));
    var to =
        List.of(
            new Recipient(BOB, Map.of("NOTIFY", "SUCCESS", "ORCPT", "rfc822;bobby@local.example")),
            new Recipient(ANN, Map.of("NOTIFY", "FAILURE")));
    var origin =
        new Envelope.Origin(
            NOW, Optional.of("203.0.113.9"), "far.example", Optional.empty(), Optional.empty());
    var envelope =
        new Envelope(Optional.of(address("sender@far.example")), Map.of("ENVID", "E1"), to, origin);
    try (var draft = messages.begin(id, envelope)) {
      draft.write("Subject: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      draft.commit();
    }

    receive(queue).receive(id, false);
    receive(queue).receive(id, false);

    List<String> reports = new ArrayList<>();
    for (var ids = messages.listFrom(MessageId.first(Instant.EPOCH)); ids.hasNext(); ) {
      try (var stored = messages.open(ids.next()).orElseThrow()) {
        if (stored.envelope().sender().isEmpty()) {
          assertThat(stored.envelope().recipients().getFirst().address())
              .hasToString("sender@far.example");
          reports.add(new String(stored.content().readAllBytes(), StandardCharsets.US_ASCII));
        }
      }
    }
    assertThat(reports)
        .singleElement()
        .satisfies(report ->
            assertThat(report)
                .contains("Action: delivered", "Final-Recipient: rfc822; bob@local.example")
                .contains("Original-Recipient: rfc822;bobby@local.example")
                .contains("Original-Envelope-Id: E1")
                .doesNotContain("ann@local.example"));
  }

  private MessageId store(String raw, String... recipients) throws IOException {
    return store(Optional.of(address("sender@far.example")), raw, recipients);
  }

  private MessageId store(Optional<EmailAddress> sender, String raw, String... recipients)
      throws IOException {
    return store(Samples.id(NOW.minusSeconds(3600)), sender, raw, recipients);
  }

  private MessageId store(
      MessageId id, Optional<EmailAddress> sender, String raw, String... recipients)
      throws IOException {
    List<Recipient> to =
        List.of(recipients).stream().map(text -> new Recipient(address(text))).toList();
    var origin =
        new Envelope.Origin(
            NOW, Optional.of("203.0.113.9"), "far.example", Optional.empty(), Optional.empty());
    try (var draft = messages.begin(id, new Envelope(sender, Map.of(), to, origin))) {
      draft.write(raw.getBytes(StandardCharsets.US_ASCII));
      draft.commit();
    }
    return id;
  }

  private void alias(String alias, String... targets) throws IOException {
    directory.putAccount(
        new Account.Alias(
            address(alias), List.of(targets).stream().map(Samples::address).toList()));
  }

  private List<MailboxMessage> inbox(EmailAddress user) throws IOException {
    return mailboxes.open(user, Mailboxes.INBOX).orElseThrow().messages();
  }

  private List<RecipientOutcome> outcomes(MessageId id) throws IOException {
    return traces.receipt(id).orElseThrow().outcomes();
  }

  private List<MessageId> ids() {
    List<MessageId> ids = new ArrayList<>();
    messages.listFrom(MessageId.first(Instant.EPOCH)).forEachRemaining(ids::add);
    return ids;
  }

  /** The text of the bounce to the sender of a message. */
  private String bounceOf(MessageId id) throws IOException {
    MessageId bounce = MessageId.derived(id.acceptedAt(), "receive " + id);
    try (var stored = messages.open(bounce).orElseThrow()) {
      assertThat(stored.envelope().sender()).isEmpty();
      assertThat(stored.envelope().recipients())
          .containsExactly(new Recipient(address("sender@far.example")));
      return new String(stored.content().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
