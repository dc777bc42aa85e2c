package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.Lease;
import skypost.mail.mailbox.Mailboxes.LeaseOutcome;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * What every {@link Mailboxes} must do for a POP3 session: the lease, and removals under it (RFC
 * 1939 section 4).
 */
public abstract class MaildropContract {
  private static final String INBOX = Mailboxes.INBOX;
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Instant UNTIL = NOW.plusSeconds(600);

  private Mailboxes mailboxes;
  private EmailAddress user;

  /** The mailboxes under test. */
  protected abstract Mailboxes mailboxes() throws IOException;

  @BeforeEach
  void aMailbox() throws IOException {
    mailboxes = mailboxes();
    user = Samples.user();
    mailboxes.create(user, 0);
  }

  @Test
  void aLeaseIsTakenAndSeen() throws IOException {
    assertThat(mailboxes.lease(user, "one", open(), NOW, UNTIL))
        .isEqualTo(new LeaseOutcome.Taken());

    assertThat(lease()).contains(new Lease("one", UNTIL));
  }

  @Test
  void itsHolderExtendsIt() throws IOException {
    Snapshot snapshot = open();
    mailboxes.lease(user, "one", snapshot, NOW, UNTIL);

    assertThat(mailboxes.lease(user, "one", snapshot, NOW.plusSeconds(300), UNTIL.plusSeconds(300)))
        .isEqualTo(new LeaseOutcome.Taken());

    assertThat(lease()).contains(new Lease("one", UNTIL.plusSeconds(300)));
  }

  @Test
  void nobodyElseGetsItWhileItIsHeld() throws IOException {
    mailboxes.lease(user, "one", open(), NOW, UNTIL);

    assertThat(mailboxes.lease(user, "two", open(), UNTIL.minusMillis(1), UNTIL.plusSeconds(60)))
        .isEqualTo(new LeaseOutcome.InUse(new Lease("one", UNTIL)));

    assertThat(lease()).contains(new Lease("one", UNTIL));
  }

  @Test
  void whenItHasRunOutAnotherGetsIt() throws IOException {
    mailboxes.lease(user, "one", open(), NOW, UNTIL);

    assertThat(mailboxes.lease(user, "two", open(), UNTIL, UNTIL.plusSeconds(60)))
        .isEqualTo(new LeaseOutcome.Taken());

    assertThat(lease()).contains(new Lease("two", UNTIL.plusSeconds(60)));
    assertThat(mailboxes.lease(user, "one", open(), UNTIL, UNTIL.plusSeconds(60)))
        .isEqualTo(new LeaseOutcome.InUse(new Lease("two", UNTIL.plusSeconds(60))));
  }

  @Test
  void aLeaseThatItsHolderEndsIsFree() throws IOException {
    mailboxes.lease(user, "one", open(), NOW, UNTIL);

    assertThat(mailboxes.endLease(user, Optional.of("two"))).isFalse();
    assertThat(lease()).isPresent();
    assertThat(mailboxes.endLease(user, Optional.of("one"))).isTrue();

    assertThat(lease()).isEmpty();
    assertThat(mailboxes.endLease(user, Optional.of("one"))).isFalse();
    assertThat(mailboxes.lease(user, "two", open(), NOW, UNTIL))
        .isEqualTo(new LeaseOutcome.Taken());
  }

  @Test
  void theAdministratorEndsAnybodysLease() throws IOException {
    fill(3);
    Snapshot snapshot = open();
    mailboxes.lease(user, "one", snapshot, NOW, UNTIL);

    assertThat(mailboxes.endLease(user, Optional.empty())).isTrue();

    assertThat(lease()).isEmpty();
    assertThat(mailboxes.endLease(user, Optional.empty())).isFalse();
    assertThat(mailboxes.expunge(user, "one", snapshot, snapshot.messages())).isFalse();
    assertThat(open().messages()).hasSize(3);
  }

  @Test
  void deliveryGoesOnDuringALease() throws IOException {
    Snapshot snapshot = open();
    mailboxes.lease(user, "one", snapshot, NOW, UNTIL);

    fill(30);

    assertThat(open().messages()).hasSize(30);
    // new mail does not overtake a session: its numbers are still true
    assertThat(mailboxes.lease(user, "one", snapshot, NOW, UNTIL))
        .isEqualTo(new LeaseOutcome.Taken());
  }

  @Test
  void aSnapshotIsOvertakenWhenMessagesWereRemoved() throws IOException {
    fill(5);
    Snapshot old = open();
    Snapshot other = open();
    mailboxes.lease(user, "other", other, NOW, UNTIL);
    mailboxes.expunge(user, "other", other, other.messages().subList(0, 1));

    assertThat(mailboxes.lease(user, "one", old, NOW, UNTIL))
        .isEqualTo(new LeaseOutcome.Overtaken());

    assertThat(lease()).isEmpty();
    assertThat(mailboxes.lease(user, "one", open(), NOW, UNTIL))
        .isEqualTo(new LeaseOutcome.Taken());
  }

  @Test
  void theRestStaysWhenSomeAreRemoved() throws IOException {
    List<MessageId> ids = fill(6);
    Snapshot snapshot = open();
    mailboxes.lease(user, "one", snapshot, NOW, UNTIL);

    List<MailboxMessage> first = List.of(snapshot.messages().get(0), snapshot.messages().get(3));
    assertThat(mailboxes.expunge(user, "one", snapshot, first)).isTrue();

    assertThat(open().messages()).extracting(MailboxMessage::uid).containsExactly(2L, 3L, 5L, 6L);
    assertThat(open().messages())
        .extracting(MailboxMessage::id)
        .containsExactly(ids.get(1), ids.get(2), ids.get(4), ids.get(5));
    assertThat(inbox()).isEqualTo(new FolderStatus(INBOX, 4, 40, 7));
    assertThat(lease()).isEmpty();
  }

  @Test
  void aUidIsNeverUsedAgain() throws IOException {
    fill(3);
    clear();

    assertThat(inbox()).isEqualTo(new FolderStatus(INBOX, 0, 0, 4));
    assertThat(mailboxes.deliver(user, new Delivery(Samples.id(), INBOX, 10, false, "")))
        .isEqualTo(new DeliveryOutcome.Filed(4));
  }

  @Test
  void aMessageThatWasRemovedDoesNotComeBack() throws IOException {
    List<MessageId> ids = fill(3);
    clear();

    for (MessageId id : ids) {
      assertThat(mailboxes.deliver(user, new Delivery(id, INBOX, 10, false, "")))
          .isEqualTo(new DeliveryOutcome.Duplicate(true));
    }

    assertThat(open().messages()).isEmpty();
  }

  @Test
  void messagesThatWereRemovedFromAmongManyDoNotComeBack() throws IOException {
    List<MessageId> ids = fill(120);
    clear();
    List<MessageId> kept = fill(40);

    for (MessageId id : ids) {
      assertThat(mailboxes.deliver(user, new Delivery(id, INBOX, 10, false, "")))
          .isEqualTo(new DeliveryOutcome.Duplicate(true));
    }
    for (MessageId id : kept) {
      assertThat(mailboxes.deliver(user, new Delivery(id, INBOX, 10, false, "")))
          .isEqualTo(new DeliveryOutcome.Duplicate(false));
    }

    assertThat(open().messages()).hasSize(40);
    assertThat(inbox()).isEqualTo(new FolderStatus(INBOX, 40, 400, 161));
  }

  @Test
  void manyAreRemovedAtOnce() throws IOException {
    fill(260);
    Snapshot snapshot = open();
    mailboxes.lease(user, "one", snapshot, NOW, UNTIL);
    List<MailboxMessage> odd =
        snapshot.messages().stream().filter(message -> message.uid() % 2 == 1).toList();

    assertThat(mailboxes.expunge(user, "one", snapshot, odd)).isTrue();

    assertThat(open().messages()).hasSize(130).allMatch(message -> message.uid() % 2 == 0);
    assertThat(inbox()).isEqualTo(new FolderStatus(INBOX, 130, 1300, 261));
    assertThat(lease()).isEmpty();
    clear();
    assertThat(open().messages()).isEmpty();
    assertThat(inbox()).isEqualTo(new FolderStatus(INBOX, 0, 0, 261));
  }

  @Test
  void whatArrivedDuringTheSessionStays() throws IOException {
    fill(30);
    Snapshot snapshot = open();
    mailboxes.lease(user, "one", snapshot, NOW, UNTIL);
    List<MessageId> arrived = fill(30);

    assertThat(mailboxes.expunge(user, "one", snapshot, snapshot.messages())).isTrue();

    assertThat(open().messages()).extracting(MailboxMessage::id).isEqualTo(arrived);
    assertThat(inbox()).isEqualTo(new FolderStatus(INBOX, 30, 300, 61));
  }

  @Test
  void removingMakesRoom() throws IOException {
    mailboxes.create(user, 100);
    fill(10);
    assertThat(mailboxes.deliver(user, new Delivery(Samples.id(), INBOX, 1, false, "")))
        .isEqualTo(new DeliveryOutcome.OverQuota());

    clear();

    assertThat(mailboxes.deliver(user, new Delivery(Samples.id(), INBOX, 100, false, "")))
        .isEqualTo(new DeliveryOutcome.Filed(11));
  }

  @Test
  void withoutTheLeaseNothingIsRemoved() throws IOException {
    fill(3);
    Snapshot snapshot = open();

    assertThat(mailboxes.expunge(user, "one", snapshot, snapshot.messages())).isFalse();
    mailboxes.lease(user, "two", snapshot, NOW, UNTIL);
    assertThat(mailboxes.expunge(user, "one", snapshot, snapshot.messages())).isFalse();

    assertThat(open().messages()).hasSize(3);
    assertThat(lease()).contains(new Lease("two", UNTIL));
  }

  @Test
  void withoutTheLeaseOfManyNothingIsRemovedEither() throws IOException {
    fill(130);
    Snapshot snapshot = open();
    mailboxes.lease(user, "one", snapshot, NOW, UNTIL);
    mailboxes.lease(user, "two", snapshot, UNTIL, UNTIL.plusSeconds(60)); // one slept too long

    assertThat(mailboxes.expunge(user, "one", snapshot, snapshot.messages())).isFalse();

    assertThat(open().messages()).isEqualTo(snapshot.messages());
    assertThat(inbox()).isEqualTo(new FolderStatus(INBOX, 130, 1300, 131));
    assertThat(mailboxes.expunge(user, "two", snapshot, snapshot.messages())).isTrue();
  }

  @Test
  void anExpungeOfNothingEndsTheLeaseAndOvertakesNobody() throws IOException {
    fill(3);
    Snapshot snapshot = open();
    mailboxes.lease(user, "one", snapshot, NOW, UNTIL);

    assertThat(mailboxes.expunge(user, "one", snapshot, List.of())).isTrue();

    assertThat(lease()).isEmpty();
    assertThat(mailboxes.lease(user, "two", snapshot, NOW, UNTIL))
        .isEqualTo(new LeaseOutcome.Taken());
  }

  private Snapshot open() throws IOException {
    return mailboxes.open(user, INBOX).orElseThrow();
  }

  private Optional<Lease> lease() throws IOException {
    return mailboxes.status(user).orElseThrow().lease();
  }

  private FolderStatus inbox() throws IOException {
    return Samples.counters(mailboxes.status(user).orElseThrow().folder(INBOX));
  }

  private void clear() throws IOException {
    Snapshot snapshot = open();
    assertThat(mailboxes.lease(user, "clear", snapshot, NOW, UNTIL))
        .isEqualTo(new LeaseOutcome.Taken());
    assertThat(mailboxes.expunge(user, "clear", snapshot, snapshot.messages())).isTrue();
  }

  private List<MessageId> fill(int count) throws IOException {
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      MessageId id = Samples.id();
      assertThat(mailboxes.deliver(user, new Delivery(id, INBOX, 10, false, "subject")))
          .isInstanceOf(DeliveryOutcome.Filed.class);
      ids.add(id);
    }
    return ids;
  }
}
