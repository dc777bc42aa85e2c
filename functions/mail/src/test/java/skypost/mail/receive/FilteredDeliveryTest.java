package skypost.mail.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.bounce.Bounces;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.filter.ApplyFilter;
import skypost.mail.filter.Filter;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDeletedMessages;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryFilterMemories;
import skypost.mail.memory.InMemoryFilters;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryReceivedReports;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.mail.verify.CountSenders;
import skypost.mail.verify.Verification;
import skypost.protocol.address.EmailAddress;

/** What a user's filter does to mail that comes in, all the way into the folders. */
class FilteredDeliveryTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final EmailAddress ANN = address("ann@local.example");
  private static final EmailAddress BOB = address("bob@local.example");

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes();
  private final InMemoryTraces traces = new InMemoryTraces();
  private final InMemoryFilters filters = new InMemoryFilters(directory);
  private final InMemoryOutboundQueue queue = new InMemoryOutboundQueue(CLOCK, _ -> {});
  private final ReceiveMessage receive =
      new ReceiveMessage(
          new ReceiveMessage.Ports(
              directory,
              messages,
              mailboxes,
              new InMemoryBodyHolders(),
              queue,
              traces,
              new Bounces(messages, "mx.local.example"),
              new ReturnPaths(List.of("a secret of ours")),
              new ApplyFilter(
                  new ApplyFilter.Ports(
                      filters, new InMemoryFilterMemories(), messages, mailboxes, traces),
                  "mx.local.example",
                  CLOCK),
              new InMemoryReceivedReports(),
              (envelope, message) -> Verification.NONE,
              CountSenders.NONE),
          CLOCK);

  @BeforeEach
  void users() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    for (EmailAddress user : List.of(ANN, BOB)) {
      mailboxes.create(user, 0);
      directory.putAccount(new Account.User(user, 0, false));
    }
  }

  @Test
  void aMessageIsFiledWhereTheScriptSays() throws IOException {
    filter(
        "require [\"fileinto\", \"mailbox\", \"imap4flags\"];"
            + "if header :contains \"subject\" \"list\" { fileinto :create :flags \"\\\\Seen\" \"Lists\"; }");

    MessageId list = receive("Subject: the list\r\n\r\nx\r\n", ANN);
    MessageId other = receive("Subject: another\r\n\r\nx\r\n", ANN);

    assertThat(folder(ANN, "Lists"))
        .singleElement()
        .satisfies(message -> {
          assertThat(message.id()).isEqualTo(list);
          assertThat(message.flags()).containsExactly("\\Seen");
        });
    assertThat(folder(ANN, "INBOX")).extracting(MailboxMessage::id).containsExactly(other);
    assertThat(outcomes(list)).containsExactly(new Outcome.Filed("Lists", 1));
  }

  @Test
  void aDiscardedMessageCanBeBroughtBackAndItsTraceSaysSo() throws IOException {
    filter("if header :is \"subject\" \"win money\" { discard; }");

    MessageId id = receive("Subject: win money\r\n\r\nx\r\n", ANN);

    assertThat(folder(ANN, "INBOX")).isEmpty();
    assertThat(messages.open(id)).isPresent();
    assertThat(new InMemoryDeletedMessages(mailboxes).find(ANN, id)).isPresent();
    assertThat(outcomes(id)).containsExactly(new Outcome.Filtered("discarded", Optional.empty()));
  }

  @Test
  void whatOneUserDiscardsTheOtherStillGets() throws IOException {
    filter("discard;");

    MessageId id = receive("Subject: x\r\n\r\nx\r\n", ANN, BOB);

    assertThat(folder(ANN, "INBOX")).isEmpty();
    assertThat(folder(BOB, "INBOX")).hasSize(1);
    assertThat(messages.open(id)).isPresent();
  }

  @Test
  void aSecondFolderGetsACopyOnceHoweverOftenItIsRepeated() throws IOException {
    filter(
        "require [\"fileinto\", \"mailbox\", \"copy\"];"
            + "fileinto :copy :create \"One\"; fileinto :copy :create \"Two\";");

    MessageId id = receive("Subject: x\r\n\r\nbody\r\n", ANN);
    receive.receive(id, false);
    settle();

    for (String name : List.of("One", "Two", "INBOX")) {
      assertThat(folder(ANN, name)).as(name).hasSize(1);
      assertThat(text(folder(ANN, name).getFirst().id())).isEqualTo("Subject: x\r\n\r\nbody\r\n");
    }
  }

  @Test
  void anEditedMessageIsFiledAsEdited() throws IOException {
    filter("require \"editheader\"; addheader \"X-Seen\" \"yes\";");

    receive("Subject: x\r\n\r\nbody\r\n", ANN);

    assertThat(folder(ANN, "INBOX")).hasSize(1);
    assertThat(text(folder(ANN, "INBOX").getFirst().id())).startsWith("X-Seen: yes\r\n");
  }

  @Test
  void redirectedMailLeavesInOurNameAndIsNotKept() throws IOException {
    filter("redirect \"ann@far.example\";");

    MessageId id = receive("Subject: x\r\n\r\nbody\r\n", ANN);

    QueueEntry entry = queued().getFirst();
    assertThat(entry.recipients().getFirst().address()).isEqualTo(address("ann@far.example"));
    assertThat(entry.sender().orElseThrow().toString())
        .startsWith("SRS0=")
        .endsWith("=there.example=sender@local.example");
    assertThat(folder(ANN, "INBOX")).isEmpty();
    assertThat(outcomes(id))
        .containsExactly(
            new Outcome.Filtered("redirected", Optional.of(entry.id().message().toString())));
  }

  @Test
  void aRedirectToANeighbourArrives() throws IOException {
    filter("require \"copy\"; redirect :copy \"bob@local.example\";");

    receive("Subject: x\r\n\r\nbody\r\n", ANN);

    assertThat(folder(ANN, "INBOX")).hasSize(1);
    assertThat(folder(BOB, "INBOX")).hasSize(1);
    assertThat(envelope(folder(BOB, "INBOX").getFirst().id()).sender())
        .contains(address("sender@there.example"));
  }

  @Test
  void twoWhoRedirectToEachOtherDoNotGoInCircles() throws IOException {
    filter("redirect \"bob@local.example\";");
    filters.put(BOB, new Filter("redirect \"ann@local.example\";", "{}"));

    receive("Subject: x\r\n\r\nbody\r\n", ANN);

    int kept = folder(ANN, "INBOX").size() + folder(BOB, "INBOX").size();
    assertThat(kept).as("the message, and word of the script's failure").isEqualTo(2);
  }

  @Test
  void whatHasBeenSentOnIsNotMadeAgainByAnEventThatComesLate() throws IOException {
    filter("redirect \"ann@far.example\";");
    MessageId id = receive("Subject: x\r\n\r\nbody\r\n", ANN);
    MessageId sent = queued().getFirst().id().message();
    messages.delete(List.of(sent)); // the next server has it
    restore(id, "Subject: x\r\n\r\nbody\r\n", ANN); // whose body another run still reads

    receive.receive(id, false);

    assertThat(messages.open(sent)).isEmpty();
  }

  @Test
  void anAbsentUserRepliesOnceToASender() throws IOException {
    filter("require \"vacation\"; vacation \"away until Monday\";");

    receive("From: sender@there.example\r\nTo: ann@local.example\r\nSubject: x\r\n\r\nx\r\n", ANN);
    receive("From: sender@there.example\r\nTo: ann@local.example\r\nSubject: y\r\n\r\ny\r\n", ANN);

    assertThat(folder(ANN, "INBOX")).hasSize(2);
    QueueEntry reply = queued().getFirst();
    assertThat(queued()).hasSize(1);
    assertThat(reply.sender()).isEmpty();
    assertThat(reply.recipients().getFirst().address()).isEqualTo(address("sender@there.example"));
    assertThat(text(reply.id().message())).contains("Auto-Submitted: auto-replied", "Monday");
  }

  @Test
  void aRejectedMessageGoesBackWithTheReason() throws IOException {
    filter("require \"reject\"; reject \"not to me\";");

    MessageId id = receive("From: sender@there.example\r\n\r\nx\r\n", ANN);

    assertThat(folder(ANN, "INBOX")).isEmpty();
    assertThat(text(queued().getFirst().id().message())).contains("not to me");
    assertThat(outcomes(id))
        .singleElement()
        .matches(outcome ->
            outcome instanceof Outcome.Filtered(String how, var _) && how.equals("rejected"));
  }

  @Test
  void aScriptThatFailsKeepsTheMessageAndTellsItsUserOnce() throws IOException {
    filter("require \"fileinto\"; fileinto \"Nowhere\";");

    receive("Subject: one\r\n\r\nx\r\n", ANN);
    receive("Subject: two\r\n\r\nx\r\n", ANN);

    assertThat(folder(ANN, "INBOX"))
        .extracting(MailboxMessage::subject)
        .containsExactlyInAnyOrder("one", "two", "Your mail filter does not work");
  }

  @Test
  void aScriptThatChangedBetweenTwoRunsLosesNothing() throws IOException {
    filter("keep;");
    MessageId id = receive("Subject: x\r\n\r\nx\r\n", ANN);
    filter("discard;");

    receive.receive(id, false);

    assertThat(folder(ANN, "INBOX")).hasSize(1);
    assertThat(messages.open(id)).isPresent();
  }

  /** A run that has read the old script files after one with the new script has discarded. */
  @Test
  void aRunThatComesLateWithTheOldScriptFilesNothingWithoutItsBody() throws IOException {
    filter("discard;");
    MessageId id = receive("Subject: x\r\n\r\nx\r\n", ANN);
    filter("keep;");

    receive.receive(id, false);

    assertThat(folder(ANN, "INBOX")).isEmpty();
    assertThat(new InMemoryDeletedMessages(mailboxes).find(ANN, id)).isPresent();
    assertThat(messages.open(id)).isPresent();
  }

  private void filter(String script) throws IOException {
    assertThat(filters.put(ANN, new Filter(script, "{}"))).isTrue();
  }

  private MessageId receive(String raw, EmailAddress... to) throws IOException {
    MessageId id = Samples.id(NOW);
    restore(id, raw, to);
    receive.receive(id, false);
    settle();
    return id;
  }

  private void restore(MessageId id, String raw, EmailAddress... to) throws IOException {
    Envelope envelope =
        new Envelope(
            Optional.of(address("sender@there.example")),
            Map.of(),
            List.of(to).stream().map(Envelope.Recipient::new).toList(),
            new Envelope.Origin(
                NOW,
                Optional.of("192.0.2.1"),
                "there.example",
                Optional.empty(),
                Optional.empty()));
    try (var draft = messages.begin(id, envelope)) {
      draft.write(raw.getBytes(StandardCharsets.UTF_8));
      draft.commit();
    }
  }

  /** Deals with the messages that were made, as their events would have it. */
  private void settle() throws IOException {
    boolean found = true;
    for (int round = 0; found && round < 20; round++) {
      found = false;
      List<MessageId> stored = new ArrayList<>();
      Iterator<MessageId> all = messages.listFrom(MessageId.first(Instant.EPOCH));
      all.forEachRemaining(stored::add);
      for (MessageId id : stored) {
        if (traces.receipt(id).isEmpty()) {
          receive.receive(id, false);
          found = true;
        }
      }
    }
    assertThat(found).as("it comes to rest").isFalse();
  }

  private List<MailboxMessage> folder(EmailAddress user, String name) {
    return mailboxes.open(user, name).orElseThrow().messages();
  }

  private List<QueueEntry> queued() throws IOException {
    List<QueueEntry> queued = new ArrayList<>();
    Iterator<MessageId> all = messages.listFrom(MessageId.first(Instant.EPOCH));
    while (all.hasNext()) {
      queued.addAll(queue.entries(all.next()));
    }
    return queued;
  }

  private String text(MessageId id) throws IOException {
    try (var stored = messages.open(id).orElseThrow()) {
      return new String(stored.content().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Envelope envelope(MessageId id) throws IOException {
    try (var stored = messages.open(id).orElseThrow()) {
      return stored.envelope();
    }
  }

  private List<Outcome> outcomes(MessageId id) {
    return traces.receipt(id).orElseThrow().outcomes().stream()
        .map(RecipientOutcome::outcome)
        .toList();
  }

  private static EmailAddress address(String text) {
    return EmailAddress.parse(text).orElseThrow();
  }
}
