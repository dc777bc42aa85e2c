package skypost.mail.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.admin.CheckMailbox.Finding;
import skypost.mail.admin.CheckMailbox.Report;
import skypost.mail.admin.CheckMailbox.Scope;
import skypost.mail.contract.Samples;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDeletedMessages;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryExpiringMailboxes;
import skypost.mail.memory.InMemoryMailboxChecks;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.MessageId;
import skypost.mail.trace.Traces;
import skypost.protocol.address.EmailAddress;

class CheckMailboxTest {
  private static final EmailAddress ANN = new EmailAddress("ann", "local.example");
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final Scope LOOK = new Scope(false, 100, 10);
  private static final Scope REPAIR = new Scope(true, 100, 10);

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemoryMailboxes mailboxes = new InMemoryMailboxes(CLOCK);
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryBodyHolders holders = new InMemoryBodyHolders();
  private final InMemoryTraces traces = new InMemoryTraces();
  private final CheckMailbox.Ports ports =
      new CheckMailbox.Ports(
          directory,
          new InMemoryMailboxChecks(mailboxes),
          mailboxes,
          new InMemoryExpiringMailboxes(mailboxes),
          messages,
          traces);
  private final FreeBodies bodies = new FreeBodies(holders, messages);
  private final CheckMailbox check = new CheckMailbox(ports, bodies, CLOCK);

  @BeforeEach
  void ann() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    directory.putAccount(new Account.User(ANN, 1000, false));
    mailboxes.create(ANN, 1000);
  }

  @Test
  void whereAllIsWellNothingIsFound() throws IOException {
    file("INBOX");
    discard();

    assertThat(check(LOOK)).isEqualTo(new Report(1, 1, 2, List.of()));
    assertThat(check.check(Samples.user(), LOOK)).isInstanceOf(Outcome.Missing.class);
  }

  @Test
  void aMailboxThatIsTooLargeIsNotReadAtAll() throws IOException {
    for (int i = 0; i < 3; i++) {
      file("INBOX");
    }

    assertThat(new CheckMailbox(ports, bodies, CLOCK, 2).check(ANN, LOOK))
        .isInstanceOf(Outcome.Conflict.class);
    assertThat(new CheckMailbox(ports, bodies, CLOCK, 3).check(ANN, LOOK))
        .isInstanceOf(Outcome.Done.class);
  }

  @Test
  void aMessageWithoutItsBodyIsFoundAndGoesOutOfTheWay() throws IOException {
    MessageId well = file("INBOX");
    MessageId lost = file("INBOX");
    messages.delete(List.of(lost));

    assertThat(check(LOOK).findings()).containsExactly(lost(lost, false));
    assertThat(inbox()).hasSize(2);
    assertThat(check(REPAIR).findings()).containsExactly(lost(lost, true));

    assertThat(inbox()).extracting(MailboxMessage::id).containsExactly(well);
    assertThat(new InMemoryDeletedMessages(mailboxes).find(ANN, lost))
        .map(DeletedMessage::folder)
        .contains("INBOX");
  }

  @Test
  void aBodyThatNobodyHasIsFoundAndFreedAndNoOther() throws IOException {
    MessageId orphan = file("INBOX");
    MessageId shared = file("INBOX");
    holders.hold(shared, List.of(ANN.toString(), "bob@local.example"));
    var snapshot = mailboxes.open(ANN, "INBOX").orElseThrow();
    mailboxes.lease(ANN, "x", snapshot, NOW, NOW.plusSeconds(60));
    mailboxes.expunge(ANN, "x", snapshot, snapshot.messages());
    var deleted = new InMemoryDeletedMessages(mailboxes);
    deleted.forget(ANN, deleted.list(ANN, 10, Optional.empty()).orElseThrow().items());
    MessageId kept = file("INBOX");

    assertThat(check(REPAIR).findings()).containsExactlyInAnyOrder(orphan(orphan), orphan(shared));

    assertThat(messages.open(orphan)).isEmpty();
    assertThat(messages.open(shared)).isPresent();
    assertThat(holders.of(shared)).containsExactly("bob@local.example");
    assertThat(messages.open(kept)).isPresent();
  }

  @Test
  void aChangeOfTheQuotaThatWasCutShortIsFinished() throws IOException {
    directory.putAccount(new Account.User(ANN, 5000, false));

    assertThat(check(REPAIR).findings())
        .containsExactly(
            new Finding("quota", Optional.empty(), Optional.empty(), 1000, 5000, true));

    assertThat(mailboxes.status(ANN).orElseThrow().quotaBytes()).isEqualTo(5000);
    assertThat(check(LOOK).findings()).isEmpty();
  }

  private static Finding lost(MessageId id, boolean repaired) {
    return new Finding("no-body", Optional.of("INBOX"), Optional.of(id), 1, 0, repaired);
  }

  private static Finding orphan(MessageId id) {
    return new Finding("body-of-nobody", Optional.empty(), Optional.of(id), 1, 0, true);
  }

  private Report check(Scope scope) throws IOException {
    return ((Outcome.Done<Report>) check.check(ANN, scope)).thing();
  }

  private List<MailboxMessage> inbox() {
    return mailboxes.open(ANN, Mailboxes.INBOX).orElseThrow().messages();
  }

  private MessageId file(String folder) throws IOException {
    MessageId id = store();
    mailboxes.deliver(ANN, new Delivery(id, folder, 10, false, "x"));
    receipt(id, new Traces.Outcome.Filed(folder, 1));
    return id;
  }

  private void discard() throws IOException {
    MessageId id = store();
    mailboxes.discard(ANN, new Delivery(id, "INBOX", 10, false, "x"));
    receipt(id, new Traces.Outcome.Filtered("discarded", Optional.empty()));
  }

  private void receipt(MessageId id, Traces.Outcome outcome) throws IOException {
    var outcomes = List.of(new Traces.RecipientOutcome(ANN, ANN, outcome));
    traces.record(new Traces.Receipt(id, Samples.envelope(), 10, "x", NOW, outcomes));
  }

  private MessageId store() throws IOException {
    MessageId id = Samples.id(NOW);
    try (var draft = messages.begin(id, Samples.envelope())) {
      draft.write('x');
      draft.commit();
    }
    return id;
  }
}
