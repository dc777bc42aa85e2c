package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.mail.mailbox.MessageFlags;
import skypost.mail.mailbox.MessageFlags.Changes;
import skypost.mail.mailbox.MessageFlags.FlagChange;
import skypost.mail.mailbox.MessageFlags.How;
import skypost.mail.mailbox.MessageFlags.StoreOutcome;
import skypost.mail.mailbox.MessageFlags.StoreOutcome.Stored;
import skypost.mail.mailbox.MessageFlags.UidRange;
import skypost.protocol.address.EmailAddress;

/** What every {@link MessageFlags} must do. */
public abstract class MessageFlagsContract {
  private static final String INBOX = Mailboxes.INBOX;
  private static final String SEEN = "\\Seen";

  private final EmailAddress user = Samples.user();
  private Mailboxes mailboxes;
  private MessageFlags flags;

  /** Ports on the same mailboxes. */
  protected abstract MailboxStores stores() throws IOException;

  @BeforeEach
  void aMailbox() throws IOException {
    MailboxStores stores = stores();
    mailboxes = stores.mailboxes();
    flags = stores.flags();
    mailboxes.create(user, 0);
  }

  private void fill(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      mailboxes.deliver(
          user, new Delivery(Samples.id(), INBOX, 10, false, "subject", List.of("$Label")));
    }
  }

  private Stored store(Set<Long> uids, How how, String... wanted) throws IOException {
    return (Stored)
        flags.store(user, INBOX, new FlagChange(uids, how, List.of(wanted), OptionalLong.empty()));
  }

  private List<MailboxMessage> messages() throws IOException {
    return mailboxes.open(user, INBOX).orElseThrow().messages();
  }

  private Changes since(long modseq) throws IOException {
    return flags.changedSince(user, INBOX, modseq).orElseThrow();
  }

  private static List<Long> uids(List<MailboxMessage> messages) {
    return messages.stream().map(MailboxMessage::uid).toList();
  }

  @Test
  void flagsAreAddedRemovedAndReplacedWhereverTheMessageLies() throws IOException {
    fill(40); // most are in pages
    Set<Long> some = Set.of(2L, 3L, 17L, 39L, 40L, 41L);

    Stored added = store(some, How.ADD, SEEN, "$Label");
    assertThat(uids(added.messages())).as("41 is not there").containsExactly(2L, 3L, 17L, 39L, 40L);
    assertThat(added.messages())
        .allSatisfy(one -> assertThat(one.flags()).containsExactly("$Label", SEEN));
    store(Set.of(2L, 40L), How.REMOVE, "$Label", "$Other");
    store(Set.of(3L, 39L), How.REPLACE, "\\Flagged");

    for (MailboxMessage message : messages()) {
      List<String> expected =
          switch ((int) message.uid()) {
            case 2, 40 -> List.of(SEEN);
            case 3, 39 -> List.of("\\Flagged");
            case 17 -> List.of("$Label", SEEN);
            default -> List.of("$Label");
          };
      assertThat(message.flags()).as("of %d", message.uid()).isEqualTo(expected);
      assertThat(message.subject()).isEqualTo("subject");
      assertThat(message.size()).isEqualTo(10);
    }
  }

  @Test
  void whatChangedSinceIsToldAndNothingElse() throws IOException {
    fill(30);
    Changes first = since(0);
    assertThat(first.messages()).hasSize(30);
    assertThat(first.uidNext()).isEqualTo(31);
    assertThat(since(first.highest()).messages()).isEmpty();

    store(Set.of(5L, 29L), How.ADD, SEEN);
    Changes second = since(first.highest());
    assertThat(uids(second.messages())).containsExactly(5L, 29L);
    assertThat(second.highest()).isGreaterThan(first.highest());

    fill(1);
    Changes third = since(second.highest());
    assertThat(uids(third.messages())).containsExactly(31L);
    store(Set.of(5L), How.ADD, SEEN);
    assertThat(since(third.highest()))
        .as("it had it already")
        .isEqualTo(new Changes(32, third.highest(), List.of()));
    assertThat(since(first.highest()).messages()).hasSize(3);
  }

  @Test
  void aRemovalRaisesTheFoldersNumberAndLeavesThoseOfTheOthers() throws IOException {
    fill(30);
    store(Set.of(4L), How.ADD, SEEN);
    Changes before = since(0);
    Snapshot snapshot = mailboxes.open(user, INBOX).orElseThrow();
    Instant now = Instant.now();
    mailboxes.lease(user, "session", snapshot, now, now.plusSeconds(60));
    mailboxes.expunge(
        user,
        "session",
        snapshot,
        List.of(snapshot.messages().get(2), snapshot.messages().get(29)));

    Changes after = since(before.highest());

    assertThat(after.messages()).isEmpty();
    assertThat(after.vanished()).containsExactly(new UidRange(3, 3), new UidRange(30, 30));
    assertThat(after.highest())
        .isEqualTo(mailboxes.status(user).orElseThrow().folder(INBOX).highestModseq());
    fill(1);
    assertThat(since(after.highest()).vanished()).as("known already").isEmpty();
    assertThat(since(before.highest()).vanished()).hasSize(2);
    assertThat(after.highest()).isGreaterThan(before.highest());
    Set<MailboxMessage> left = new HashSet<>(before.messages());
    left.removeIf(message -> message.uid() == 3 || message.uid() == 30);
    left.add(messages().getLast());
    assertThat(Set.copyOf(messages())).isEqualTo(left);
  }

  @Test
  void theCaseOfAFlagTellsNothing() throws IOException {
    fill(1);
    store(Set.of(1L), How.ADD, "\\SEEN", "$LABEL");
    assertThat(messages().getFirst().flags()).containsExactly("$Label", SEEN);
    store(Set.of(1L), How.REMOVE, "\\seen", "$label");
    assertThat(messages().getFirst().flags()).isEmpty();
  }

  @Test
  void anEmptyFolderHasAPositiveNumberToo() throws IOException {
    // RFC 7162 section 3.1.2.1: 0 would deny that there are any
    long empty = mailboxes.status(user).orElseThrow().folder(INBOX).highestModseq();
    assertThat(empty).isPositive();
    fill(1);
    assertThat(uids(since(empty).messages())).containsExactly(1L);
  }

  @Test
  void whatSomebodyChangedMeanwhileIsLeftAlone() throws IOException {
    fill(12);
    long seen = since(0).highest();
    store(Set.of(1L, 12L), How.ADD, SEEN);

    var change =
        new FlagChange(Set.of(1L, 2L, 11L, 12L), How.ADD, List.of("$Late"), OptionalLong.of(seen));
    Stored stored = (Stored) flags.store(user, INBOX, change);

    assertThat(stored.modified()).containsExactlyInAnyOrder(1L, 12L);
    assertThat(messages().stream().filter(message -> message.flags().contains("$Late")))
        .extracting(MailboxMessage::uid)
        .containsExactly(2L, 11L);
    assertThat(stored.messages().getFirst().modseq()).isGreaterThan(seen);
  }

  @Test
  void aThousandMessagesAreMarkedAtOnce() throws IOException {
    fill(1000);
    Set<Long> all = new HashSet<>(uids(messages()));

    assertThat(store(all, How.ADD, SEEN).messages()).hasSize(1000);

    assertThat(messages()).allMatch(message -> message.flags().contains(SEEN));
    assertThat(stores().checks().read(user).orElseThrow().differences()).isEmpty();
  }

  @Test
  void flagsThatAMessageCannotBearChangeNothing() throws IOException {
    fill(9);
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      many.add("$flag" + i);
    }
    Changes before = since(0);

    assertThat(
            flags.store(
                user, INBOX, new FlagChange(Set.of(2L), How.ADD, many, OptionalLong.empty())))
        .isEqualTo(new StoreOutcome.TooManyFlags(2));
    assertThat(since(0)).isEqualTo(before);
  }

  @Test
  void aMailboxOrFolderThatIsNotThereHasNothing() throws IOException {
    var change = new FlagChange(Set.of(1L), How.ADD, List.of(SEEN), OptionalLong.empty());

    assertThat(flags.store(Samples.user(), INBOX, change)).isEqualTo(new StoreOutcome.NoMailbox());
    assertThat(flags.changedSince(Samples.user(), INBOX, 0)).isEmpty();
    assertThat(flags.store(user, "Nowhere", change)).isEqualTo(new Stored(List.of(), Set.of()));
    assertThat(flags.changedSince(user, "Nowhere", 0)).contains(new Changes(1, 1, List.of()));
  }
}
