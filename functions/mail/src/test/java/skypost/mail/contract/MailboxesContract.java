package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static skypost.mail.mailbox.Mailboxes.AfterRetrieval.DELETE;
import static skypost.mail.mailbox.Mailboxes.AfterRetrieval.KEEP;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * What every {@link Mailboxes} must do: deliveries, counters, quota. Leases and removals are in
 * {@link MaildropContract}, races and random runs in {@link MailboxHistoryContract}; an
 * implementation runs all three.
 */
public abstract class MailboxesContract {
  private static final String INBOX = Mailboxes.INBOX;

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
  void aNewMailboxIsEmpty() throws IOException {
    MailboxStatus status = mailboxes.status(user).orElseThrow();

    assertThat(status.messages()).isZero();
    assertThat(status.bytes()).isZero();
    assertThat(status.quotaBytes()).isZero();
    assertThat(status.lease()).isEmpty();
    assertThat(status.folder(INBOX)).isEqualTo(new FolderStatus(INBOX, 0, 0, 1));
    assertThat(mailboxes.open(user, INBOX).orElseThrow().messages()).isEmpty();
    assertThat(mailboxes.open(user, "Junk").orElseThrow().messages()).isEmpty();
  }

  @Test
  void whereThereIsNoMailboxThereIsNothing() throws IOException {
    EmailAddress nobody = Samples.user();

    assertThat(deliver(nobody, Samples.id(), 10)).isEqualTo(new DeliveryOutcome.NoMailbox());
    assertThat(mailboxes.status(nobody)).isEmpty();
    assertThat(mailboxes.open(nobody, INBOX)).isEmpty();
    assertThat(mailboxes.endLease(nobody, Optional.empty())).isFalse();
    assertThat(mailboxes.expunge(nobody, "session", new Snapshot(INBOX, 0, List.of()), List.of()))
        .isFalse();
    assertThat(mailboxes.status(nobody)).isEmpty(); // and asking made none
  }

  @Test
  void aMessageIsFiledWithEveryField() throws IOException {
    MessageId id = Samples.id();
    var delivery =
        new Delivery(
            id,
            INBOX,
            5_000_000_000L,
            true,
            "Grüße 北京 \"quoted\" \uD83D\uDCEC",
            List.of("\\Seen", "s", "$Label1"),
            "\1\2s\u00e9l\35 \37",
            Optional.empty());
    var plain = new Delivery(Samples.id(), INBOX, 1, false, "", List.of("s"));

    assertThat(mailboxes.deliver(user, delivery)).isEqualTo(new DeliveryOutcome.Filed(1));
    assertThat(mailboxes.deliver(user, plain)).isEqualTo(new DeliveryOutcome.Filed(2));

    assertThat(messages())
        .containsExactly(
            new MailboxMessage(
                1,
                id,
                5_000_000_000L,
                true,
                delivery.subject(),
                delivery.flags(),
                delivery.results()),
            new MailboxMessage(2, plain.id(), 1, false, "", List.of("s")));
    assertThat(mailboxes.status(user).orElseThrow().folder(INBOX))
        .isEqualTo(new FolderStatus(INBOX, 2, 5_000_000_001L, 3));
  }

  @Test
  void aRepeatedDeliveryIsADuplicate() throws IOException {
    MessageId id = Samples.id();
    deliver(user, id, 10);

    assertThat(deliver(user, id, 10)).isEqualTo(new DeliveryOutcome.Duplicate(false));

    assertThat(messages()).hasSize(1);
    assertThat(mailboxes.status(user).orElseThrow().folder(INBOX))
        .isEqualTo(new FolderStatus(INBOX, 1, 10, 2));
  }

  @Test
  void aDeliveryRepeatedToAnotherFolderIsADuplicate() throws IOException {
    MessageId id = Samples.id();
    deliver(user, id, 10);

    // the filter was changed between the step and its repetition
    assertThat(mailboxes.deliver(user, new Delivery(id, "Junk", 10, false, "")))
        .isEqualTo(new DeliveryOutcome.Duplicate(false));

    assertThat(mailboxes.status(user).orElseThrow().messages()).isEqualTo(1);
  }

  @Test
  void aDeliveryRepeatedAfterManyOthersIsADuplicate() throws IOException {
    List<MessageId> ids = fill(150, Instant.now());

    for (MessageId id : ids) {
      assertThat(deliver(user, id, 10)).isEqualTo(new DeliveryOutcome.Duplicate(false));
    }

    assertThat(messages()).extracting(MailboxMessage::id).isEqualTo(ids);
    assertThat(messages())
        .extracting(MailboxMessage::uid)
        .isEqualTo(LongStream.rangeClosed(1, 150).boxed().toList());
    assertThat(mailboxes.status(user).orElseThrow().folder(INBOX))
        .isEqualTo(new FolderStatus(INBOX, 150, 1500, 151));
  }

  @Test
  void aMessageAcceptedLongAgoIsFiledLateAndOnce() throws IOException {
    fill(60, Instant.now());
    MessageId late =
        Samples.id(Instant.now().minus(Duration.ofHours(30))); // it lay in a dead-letter queue

    assertThat(deliver(user, late, 10)).isEqualTo(new DeliveryOutcome.Filed(61));
    fill(60, Instant.now());
    assertThat(deliver(user, late, 10)).isEqualTo(new DeliveryOutcome.Duplicate(false));

    assertThat(messages())
        .extracting(MailboxMessage::uid)
        .isEqualTo(LongStream.rangeClosed(1, 121).boxed().toList());
  }

  @Test
  void manyMessagesAcceptedLongAgoAreEachFiledOnce() throws IOException {
    fill(30, Instant.now());
    List<MessageId> late = fill(60, Instant.now().minus(Duration.ofDays(2)));

    for (MessageId id : late) {
      assertThat(deliver(user, id, 10)).isEqualTo(new DeliveryOutcome.Duplicate(false));
    }

    assertThat(messages()).hasSize(90);
  }

  @Test
  void theSameMessageIsFiledOnceForEachUser() throws IOException {
    EmailAddress other = Samples.user();
    mailboxes.create(other, 0);
    MessageId id = Samples.id();

    assertThat(deliver(user, id, 10)).isEqualTo(new DeliveryOutcome.Filed(1));
    assertThat(deliver(other, id, 10)).isEqualTo(new DeliveryOutcome.Filed(1));
  }

  @Test
  void everyFolderCountsForItself() throws IOException {
    List<MessageId> junk = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      deliver(user, Samples.id(), 100);
      MessageId id = Samples.id();
      junk.add(id);
      assertThat(mailboxes.deliver(user, new Delivery(id, "Junk Mail/2026 é", 7, false, "win")))
          .isEqualTo(new DeliveryOutcome.Filed(i + 1));
    }

    MailboxStatus status = mailboxes.status(user).orElseThrow();
    assertThat(status.folders())
        .containsExactly(
            new FolderStatus(INBOX, 40, 4000, 41),
            new FolderStatus("Junk Mail/2026 é", 40, 280, 41));
    assertThat(status.messages()).isEqualTo(80);
    assertThat(status.bytes()).isEqualTo(4280);
    Snapshot opened = mailboxes.open(user, "Junk Mail/2026 é").orElseThrow();
    assertThat(opened.folder()).isEqualTo("Junk Mail/2026 é");
    assertThat(opened.messages()).extracting(MailboxMessage::id).isEqualTo(junk);
  }

  @Test
  void theQuotaIsFilledToTheLastOctetAndNotBeyond() throws IOException {
    mailboxes.create(user, 1000);

    assertThat(deliver(user, Samples.id(), 1001)).isEqualTo(new DeliveryOutcome.OverQuota());
    assertThat(deliver(user, Samples.id(), 600)).isEqualTo(new DeliveryOutcome.Filed(1));
    assertThat(deliver(user, Samples.id(), 401)).isEqualTo(new DeliveryOutcome.OverQuota());
    MessageId last = Samples.id();
    assertThat(deliver(user, last, 400)).isEqualTo(new DeliveryOutcome.Filed(2));
    assertThat(deliver(user, Samples.id(), 1)).isEqualTo(new DeliveryOutcome.OverQuota());

    assertThat(deliver(user, last, 400))
        .isEqualTo(new DeliveryOutcome.Duplicate(false)); // a full mailbox refuses no repeat
    assertThat(mailboxes.status(user).orElseThrow().bytes()).isEqualTo(1000);
  }

  @Test
  void theQuotaCountsAllFoldersAndManyMessages() throws IOException {
    mailboxes.create(user, 1000);
    fill(50, Instant.now());
    for (int i = 0; i < 50; i++) {
      mailboxes.deliver(user, new Delivery(Samples.id(), "Junk", 9, false, ""));
    }

    assertThat(deliver(user, Samples.id(), 51)).isEqualTo(new DeliveryOutcome.OverQuota());
    assertThat(deliver(user, Samples.id(), 50)).isEqualTo(new DeliveryOutcome.Filed(51));
  }

  @Test
  void aMessageThatWasRefusedForQuotaIsFiledWhenThereIsRoom() throws IOException {
    mailboxes.create(user, 100);
    MessageId id = Samples.id();
    assertThat(deliver(user, id, 101)).isEqualTo(new DeliveryOutcome.OverQuota());

    mailboxes.create(user, 101);

    assertThat(deliver(user, id, 101)).isEqualTo(new DeliveryOutcome.Filed(1));
  }

  @Test
  void aQuotaMayBeChangedAndLifted() throws IOException {
    mailboxes.create(user, 100);
    deliver(user, Samples.id(), 100);

    assertThat(mailboxes.status(user).orElseThrow().afterRetrieval()).isEqualTo(KEEP);
    mailboxes.create(user, 50, DELETE);
    assertThat(mailboxes.status(user).orElseThrow().afterRetrieval()).isEqualTo(DELETE);
    mailboxes.create(user, 50); // less than there is: nothing is lost, nothing more is taken
    assertThat(messages()).hasSize(1);
    assertThat(mailboxes.status(user).orElseThrow().quotaBytes()).isEqualTo(50);
    assertThat(deliver(user, Samples.id(), 1)).isEqualTo(new DeliveryOutcome.OverQuota());

    mailboxes.create(user, 0);
    assertThat(deliver(user, Samples.id(), 1_000_000)).isEqualTo(new DeliveryOutcome.Filed(2));
    assertThat(mailboxes.status(user).orElseThrow().quotaBytes()).isZero();
  }

  @Test
  void creatingAgainKeepsMessagesAndUids() throws IOException {
    List<MessageId> ids = fill(40, Instant.now());

    mailboxes.create(user, 0);

    assertThat(messages()).extracting(MailboxMessage::id).isEqualTo(ids);
    assertThat(deliver(user, ids.getFirst(), 10)).isEqualTo(new DeliveryOutcome.Duplicate(false));
    assertThat(deliver(user, Samples.id(), 10)).isEqualTo(new DeliveryOutcome.Filed(41));
  }

  @Test
  void aDeletedMailboxTellsEveryMessageOnceAndIsGone() throws IOException {
    List<MessageId> ids = new ArrayList<>(fill(120, Instant.now()));
    for (int i = 0; i < 15; i++) {
      MessageId id = Samples.id();
      ids.add(id);
      mailboxes.deliver(user, new Delivery(id, "Junk", 9, true, ""));
    }

    List<MailboxMessage> gone = new ArrayList<>();
    mailboxes.delete(user, gone::addAll);

    assertThat(gone).extracting(MailboxMessage::id).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(gone).filteredOn(MailboxMessage::shared).hasSize(15);
    assertThat(mailboxes.status(user)).isEmpty();
    assertThat(mailboxes.open(user, INBOX)).isEmpty();
    assertThat(deliver(user, Samples.id(), 1)).isEqualTo(new DeliveryOutcome.NoMailbox());
    mailboxes.delete(user, gone::addAll);
    assertThat(gone).hasSize(135);
  }

  @Test
  void aRemovalThatIsCutShortIsGoneOnWithAndNothingIsForgotten() throws IOException {
    List<MessageId> ids = fill(1500, Instant.now());
    Set<MessageId> freed = ConcurrentHashMap.newKeySet();
    var cut = new AtomicBoolean();

    assertThatIOException()
        .isThrownBy(() ->
            mailboxes.delete(
                user,
                messages -> {
                  if (messages.size() > 100 && !cut.getAndSet(true)) {
                    throw new IOException("cut short");
                  }
                  messages.forEach(message -> freed.add(message.id()));
                }));
    assertThat(mailboxes.status(user)).isEmpty();
    assertThat(mailboxes.open(user, INBOX)).isEmpty();
    assertThat(deliver(user, Samples.id(), 1)).isEqualTo(new DeliveryOutcome.NoMailbox());
    assertThat(mailboxes.discard(user, new Delivery(Samples.id(), INBOX, 1, false, "")))
        .isEqualTo(new DeliveryOutcome.NoMailbox());
    assertThat(mailboxes.create(user, 0)).isFalse();
    mailboxes.delete(user, messages -> messages.forEach(message -> freed.add(message.id())));

    assertThat(freed).isEqualTo(Set.copyOf(ids));
    assertThat(mailboxes.create(user, 0)).isTrue();
    assertThat(messages()).isEmpty();
  }

  @Test
  void aMailboxMadeAnewHoldsNothingOfTheOldOne() throws IOException {
    fill(60, Instant.now());
    mailboxes.delete(user, message -> {});

    mailboxes.create(user, 500);

    assertThat(messages()).isEmpty();
    MailboxStatus status = mailboxes.status(user).orElseThrow();
    assertThat(status.bytes()).isZero();
    assertThat(status.quotaBytes()).isEqualTo(500);
    assertThat(deliver(user, Samples.id(), 500)).isInstanceOf(DeliveryOutcome.Filed.class);
    assertThat(messages()).hasSize(1);
  }

  @Test
  void longSubjectsDoNotHinderDelivery() throws IOException {
    String subject = "long ".repeat(100);
    List<MessageId> ids = IntStream.range(0, 30).mapToObj(i -> Samples.id()).toList();
    for (MessageId id : ids) {
      assertThat(mailboxes.deliver(user, new Delivery(id, INBOX, 10, false, subject)))
          .isInstanceOf(DeliveryOutcome.Filed.class);
    }

    assertThat(messages()).extracting(MailboxMessage::id).isEqualTo(ids);
    assertThat(messages())
        .allSatisfy(message -> assertThat(subject).startsWith(message.subject().replace("…", "")));
  }

  private DeliveryOutcome deliver(EmailAddress to, MessageId id, long size) throws IOException {
    return mailboxes.deliver(to, new Delivery(id, INBOX, size, false, "subject"));
  }

  private List<MessageId> fill(int count, Instant acceptedAt) throws IOException {
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      MessageId id = Samples.id(acceptedAt.plusMillis(i));
      assertThat(deliver(user, id, 10)).isInstanceOf(DeliveryOutcome.Filed.class);
      ids.add(id);
    }
    return ids;
  }

  private List<MailboxMessage> messages() throws IOException {
    return mailboxes.open(user, INBOX).orElseThrow().messages();
  }
}
