package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.DeletedMessages.RestoreOutcome;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.LeaseOutcome;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** What every {@link DeletedMessages} must do, beside the {@link Mailboxes} that it belongs to. */
public abstract class DeletedMessagesContract {
  private static final String INBOX = Mailboxes.INBOX;
  private static final Instant NOW = Instant.now();

  private Mailboxes mailboxes;
  private DeletedMessages deleted;
  private EmailAddress user;

  /** The mailboxes under test, on the system's clock. */
  protected abstract Mailboxes mailboxes() throws IOException;

  /** What is deleted from them. */
  protected abstract DeletedMessages deletedMessages() throws IOException;

  @BeforeEach
  void aMailbox() throws IOException {
    mailboxes = mailboxes();
    deleted = deletedMessages();
    user = Samples.user();
    mailboxes.create(user, 0);
  }

  @Test
  void whatIsRemovedIsListedTheLastFirstWithEveryField() throws IOException {
    MessageId first = Samples.id();
    mailboxes.deliver(
        user, new Delivery(first, "Work", 700, true, "Grüße", List.of("\\Seen", "$Label")));
    MessageId second = fill(INBOX, 1).getFirst();
    clear("Work");
    clear(INBOX);

    List<DeletedMessage> list = all();

    assertThat(list).extracting(DeletedMessage::id).containsExactly(second, first);
    DeletedMessage work = list.getLast();
    assertThat(work.folder()).isEqualTo("Work");
    assertThat(work.at()).isBetween(NOW.minusSeconds(1), Instant.now());
    assertThat(work.until()).isEqualTo(work.at().plus(Duration.ofDays(14)));
    assertThat(work.message().size()).isEqualTo(700);
    assertThat(work.message().shared()).isTrue();
    assertThat(work.message().subject()).isEqualTo("Grüße");
    assertThat(work.message().flags()).containsExactly("\\Seen", "$Label");
    assertThat(deleted.find(user, first)).contains(work);
  }

  @Test
  void deletedMessagesAreInNoFolderAndCountForNoQuota() throws IOException {
    mailboxes.create(user, 1000);
    fill(INBOX, 100);
    assertThat(deliver(Samples.id())).isEqualTo(new DeliveryOutcome.OverQuota());

    clear(INBOX);

    MailboxStatus status = mailboxes.status(user).orElseThrow();
    assertThat(status.messages()).isZero();
    assertThat(status.bytes()).isZero();
    assertThat(status.folders())
        .extracting(Samples::counters)
        .containsExactly(new FolderStatus(INBOX, 0, 0, 101));
    assertThat(messages(INBOX)).isEmpty();
    fill(INBOX, 100);
    assertThat(all()).hasSize(100);
  }

  @Test
  void aMessageComesBackUnderANewUidAndItsOwnId() throws IOException {
    List<MessageId> ids = fill(INBOX, 3);
    clear(INBOX);
    DeletedMessage second = deleted.find(user, ids.get(1)).orElseThrow();

    assertThat(deleted.restore(user, second, INBOX))
        .isEqualTo(new RestoreOutcome.Restored(INBOX, 4));

    assertThat(messages(INBOX))
        .containsExactly(new MailboxMessage(4, ids.get(1), 10, false, "subject"));
    assertThat(Samples.counters(mailboxes.status(user).orElseThrow().folder(INBOX)))
        .isEqualTo(new FolderStatus(INBOX, 1, 10, 5));
    assertThat(all()).extracting(DeletedMessage::id).containsExactly(ids.get(2), ids.get(0));
    assertThat(deleted.restore(user, second, INBOX)).isEqualTo(new RestoreOutcome.NotThere());
    assertThat(messages(INBOX)).hasSize(1);
  }

  @Test
  void manyComeBackEachOnceAlsoFromAmongManyOthers() throws IOException {
    List<MessageId> ids = fill(INBOX, 140);
    clear(INBOX);
    fill(INBOX, 20);
    clear(INBOX);

    for (MessageId id : ids) {
      DeletedMessage message = deleted.find(user, id).orElseThrow();
      assertThat(deleted.restore(user, message, "Back"))
          .isInstanceOf(RestoreOutcome.Restored.class);
    }

    assertThat(messages("Back")).extracting(MailboxMessage::id).isEqualTo(ids);
    assertThat(messages("Back"))
        .extracting(MailboxMessage::uid)
        .isEqualTo(LongStream.rangeClosed(1, 140).boxed().toList());
    assertThat(mailboxes.status(user).orElseThrow().folder("Back"))
        .isEqualTo(new FolderStatus("Back", 140, 1400, 141));
    assertThat(all()).hasSize(20);
    for (MessageId id : ids) {
      assertThat(deliver(id)).isEqualTo(new DeliveryOutcome.Duplicate(false));
    }
  }

  @Test
  void whatComesBackMustFitIntoTheQuota() throws IOException {
    MessageId id = fill(INBOX, 1).getFirst();
    clear(INBOX);
    mailboxes.create(user, 9);
    DeletedMessage message = deleted.find(user, id).orElseThrow();

    assertThat(deleted.restore(user, message, INBOX)).isEqualTo(new RestoreOutcome.OverQuota());
    mailboxes.create(user, 10);
    assertThat(deleted.restore(user, message, INBOX))
        .isEqualTo(new RestoreOutcome.Restored(INBOX, 2));
    assertThat(deliver(Samples.id())).isEqualTo(new DeliveryOutcome.OverQuota());
  }

  @Test
  void aRepeatedDeliveryOfADeletedMessageBringsNothingBack() throws IOException {
    List<MessageId> ids = fill(INBOX, 60);
    clear(INBOX);

    for (MessageId id : ids) {
      assertThat(deliver(id)).isEqualTo(new DeliveryOutcome.Duplicate(true));
      assertThat(mailboxes.folderOf(user, id)).isEmpty();
    }
    assertThat(messages(INBOX)).isEmpty();
  }

  @Test
  void whatIsDiscardedIsAmongTheDeletedWhicheverRunComesFirst() throws IOException {
    MessageId discarded = Samples.id();
    MessageId filed = Samples.id();
    assertThat(deliver(filed)).isInstanceOf(DeliveryOutcome.Filed.class);

    assertThat(discard(discarded)).isInstanceOf(DeliveryOutcome.Filed.class);
    assertThat(discard(discarded)).isEqualTo(new DeliveryOutcome.Duplicate(true));
    assertThat(discard(filed)).isEqualTo(new DeliveryOutcome.Duplicate(false));
    assertThat(deliver(discarded)).isEqualTo(new DeliveryOutcome.Duplicate(true));

    assertThat(messages(INBOX)).extracting(MailboxMessage::id).containsExactly(filed);
    DeletedMessage message = deleted.find(user, discarded).orElseThrow();
    assertThat(message.folder()).isEqualTo("Work");
    assertThat(deleted.restore(user, message, message.folder()))
        .isEqualTo(new RestoreOutcome.Restored("Work", 1));
  }

  @Test
  void aFullMailboxTakesWhatIsDiscarded() throws IOException {
    mailboxes.create(user, 1);
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.add(Samples.id());
      assertThat(discard(ids.getLast())).isEqualTo(new DeliveryOutcome.Filed(i + 1L));
    }

    assertThat(all()).extracting(DeletedMessage::id).isEqualTo(ids.reversed());
    assertThat(mailboxes.status(user).orElseThrow().bytes()).isZero();
    assertThat(discard(Samples.user(), Samples.id())).isEqualTo(new DeliveryOutcome.NoMailbox());
  }

  @Test
  void theListComesInPages() throws IOException {
    List<MessageId> ids = fill(INBOX, 75);
    clear(INBOX);
    List<DeletedMessage> paged =
        Samples.all(10, next -> deleted.list(user, 10, next).orElseThrow());

    assertThat(paged).extracting(DeletedMessage::id).isEqualTo(ids.reversed());
    assertThat(deleted.list(Samples.user(), 10, Optional.empty())).isEmpty();
  }

  @Test
  void whatIsForgottenIsGoneAndTheRestStays() throws IOException {
    List<MessageId> ids = fill(INBOX, 100);
    clear(INBOX);
    ids.addAll(fill(INBOX, 5));
    clear(INBOX);
    assertThat(deleted.deletedUntil(user, NOW.minusSeconds(5), 1000)).isEmpty();
    List<DeletedMessage> oldest = deleted.deletedUntil(user, NOW.plusSeconds(600), 70);
    assertThat(oldest).extracting(DeletedMessage::id).isEqualTo(ids.subList(0, 70));
    assertThat(deleted.first(user)).contains(oldest.getFirst().at());

    deleted.forget(user, oldest);
    deleted.forget(user, oldest);

    assertThat(all()).extracting(DeletedMessage::id).isEqualTo(ids.subList(70, 105).reversed());
    assertThat(deleted.find(user, ids.getFirst())).isEmpty();
    assertThat(deleted.restore(user, oldest.getFirst(), INBOX))
        .isEqualTo(new RestoreOutcome.NotThere());
    deleted.forget(user, all());
    assertThat(all()).isEmpty();
    assertThat(deleted.first(user)).isEmpty();
    assertThat(fill(INBOX, 1)).hasSize(1);
  }

  @Test
  void aMessageThatCameBackIsNotForgottenWithTheOthers() throws IOException {
    List<MessageId> ids = fill(INBOX, 12);
    clear(INBOX);
    List<DeletedMessage> before = deleted.deletedUntil(user, NOW.plusSeconds(600), 100);
    assertThat(before).hasSize(12);
    deleted.restore(user, before.get(3), INBOX);

    deleted.forget(user, before);

    assertThat(messages(INBOX)).extracting(MailboxMessage::id).containsExactly(ids.get(3));
    assertThat(all()).isEmpty();
  }

  @Test
  void aMailboxThatIsDeletedTellsOfItsDeletedMessagesToo() throws IOException {
    List<MessageId> ids = fill(INBOX, 50);
    clear(INBOX);
    ids.addAll(fill(INBOX, 5));
    List<MailboxMessage> gone = new ArrayList<>();

    mailboxes.delete(user, gone::addAll);

    assertThat(gone).extracting(MailboxMessage::id).containsExactlyInAnyOrderElementsOf(ids);
    mailboxes.create(user, 0);
    assertThat(all()).isEmpty();
  }

  private List<DeletedMessage> all() throws IOException {
    return deleted.list(user, 1000, Optional.empty()).orElseThrow().items();
  }

  private List<MailboxMessage> messages(String folder) throws IOException {
    return mailboxes.open(user, folder).orElseThrow().messages();
  }

  private DeliveryOutcome deliver(MessageId id) throws IOException {
    return mailboxes.deliver(user, new Delivery(id, INBOX, 10, false, "subject"));
  }

  private DeliveryOutcome discard(MessageId id) throws IOException {
    return discard(user, id);
  }

  private DeliveryOutcome discard(EmailAddress of, MessageId id) throws IOException {
    return mailboxes.discard(of, new Delivery(id, "Work", 10, false, "subject"));
  }

  private List<MessageId> fill(String folder, int count) throws IOException {
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      MessageId id = Samples.id();
      assertThat(mailboxes.deliver(user, new Delivery(id, folder, 10, false, "subject")))
          .isInstanceOf(DeliveryOutcome.Filed.class);
      ids.add(id);
    }
    return ids;
  }

  private void clear(String folder) throws IOException {
    Snapshot snapshot = mailboxes.open(user, folder).orElseThrow();
    assertThat(mailboxes.lease(user, "clear", snapshot, NOW, NOW.plusSeconds(600)))
        .isEqualTo(new LeaseOutcome.Taken());
    assertThat(mailboxes.expunge(user, "clear", snapshot, snapshot.messages())).isTrue();
  }
}
