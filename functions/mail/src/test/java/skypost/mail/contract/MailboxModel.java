package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.DeletedMessages.RestoreOutcome;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.LeaseOutcome;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.mail.mailbox.MessageFlags.Changes;
import skypost.mail.mailbox.MessageFlags.FlagChange;
import skypost.mail.mailbox.MessageFlags.How;
import skypost.mail.mailbox.MessageFlags.StoreOutcome;
import skypost.mail.mailbox.Modseq;
import skypost.protocol.address.EmailAddress;

/** A mailbox as it must be, and random steps that it and the real one take together. */
final class MailboxModel {
  private static final List<String> FOLDERS = List.of(Mailboxes.INBOX, "Junk", "Work");
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");

  private final MailboxStores stores;
  private final EmailAddress user;
  private final Random random;
  private final TreeMap<String, List<MailboxMessage>> folders = new TreeMap<>();
  private final TreeMap<String, Long> uidNext = new TreeMap<>();
  private final TreeMap<String, Long> changes = new TreeMap<>();
  private final List<Delivery> taken = new ArrayList<>();

  /** In the order of deletion. */
  private final List<Gone> deleted = new ArrayList<>();

  private long quota;

  /** A deleted message: it has a number among the deleted, which does not matter here. */
  private record Gone(String folder, MailboxMessage message) {}

  MailboxModel(MailboxStores stores, EmailAddress user, Random random) {
    this.stores = stores;
    this.user = user;
    this.random = random;
    FOLDERS.forEach(name -> folders.put(name, new ArrayList<>()));
    FOLDERS.forEach(name -> uidNext.put(name, 1L));
  }

  private long bytes() {
    return folders.values().stream().flatMap(List::stream).mapToLong(MailboxMessage::size).sum();
  }

  void deliver() throws IOException {
    Delivery delivery = delivery();
    DeliveryOutcome outcome = stores.mailboxes().deliver(user, delivery);
    if (quota > 0 && bytes() + delivery.size() > quota) {
      assertThat(outcome).isEqualTo(new DeliveryOutcome.OverQuota());
      return;
    }
    long uid = file(delivery.folder(), message(delivery));
    assertThat(outcome).isEqualTo(new DeliveryOutcome.Filed(uid));
    taken.add(delivery);
  }

  private Delivery delivery() {
    String folder = FOLDERS.get(Math.max(0, random.nextInt(5) - 2)); // mostly INBOX
    Instant accepted =
        Instant.now().minusSeconds(random.nextInt(3) == 0 ? random.nextInt(200_000) : 0);
    return new Delivery(
        Samples.id(accepted),
        folder,
        1 + random.nextInt(500),
        random.nextBoolean(),
        "s" + taken.size());
  }

  private static MailboxMessage message(Delivery delivery) {
    return new MailboxMessage(
        0, delivery.id(), delivery.size(), delivery.shared(), delivery.subject());
  }

  private static MailboxMessage numbered(MailboxMessage message, long uid) {
    return new MailboxMessage(
        uid, message.id(), message.size(), message.shared(), message.subject(), message.flags());
  }

  private long file(String folder, MailboxMessage message) {
    long uid = uidNext.merge(folder, 1L, Long::sum) - 1;
    folders.get(folder).add(numbered(message, uid));
    return uid;
  }

  void discard() throws IOException {
    Delivery delivery = delivery();
    assertThat(stores.mailboxes().discard(user, delivery))
        .isInstanceOf(DeliveryOutcome.Filed.class);
    deleted.add(new Gone(delivery.folder(), message(delivery)));
    taken.add(delivery);
  }

  void repeat() throws IOException {
    if (!taken.isEmpty()) {
      Delivery again = taken.get(random.nextInt(taken.size()));
      boolean gone = deleted.stream().anyMatch(one -> one.message().id().equals(again.id()));
      DeliveryOutcome outcome =
          random.nextBoolean()
              ? stores.mailboxes().deliver(user, again)
              : stores.mailboxes().discard(user, again);
      assertThat(outcome).isEqualTo(new DeliveryOutcome.Duplicate(gone));
    }
  }

  void changeQuota() throws IOException {
    quota = random.nextBoolean() ? 0 : bytes() + random.nextInt(3000);
    stores.mailboxes().create(user, quota);
  }

  /** Another mailbox of the name, mostly within the same second. */
  void makeAnew() throws IOException {
    stores.mailboxes().delete(user, gone -> {});
    assertThat(stores.mailboxes().create(user, 0)).isTrue();
    quota = 0;
    taken.clear();
    deleted.clear();
    changes.clear();
    FOLDERS.forEach(name -> folders.get(name).clear());
    FOLDERS.forEach(name -> uidNext.put(name, 1L));
  }

  void expunge() throws IOException {
    String folder = FOLDERS.get(random.nextInt(FOLDERS.size()));
    Snapshot snapshot = stores.mailboxes().open(user, folder).orElseThrow();
    int share = 1 + random.nextInt(4);
    List<MailboxMessage> doomed =
        snapshot.messages().stream().filter(message -> random.nextInt(share) == 0).toList();
    assertThat(stores.mailboxes().lease(user, "model", snapshot, NOW, NOW.plusSeconds(600)))
        .isEqualTo(new LeaseOutcome.Taken());
    assertThat(stores.mailboxes().expunge(user, "model", snapshot, doomed)).isTrue();
    delete(folder, doomed);
  }

  private void delete(String folder, List<MailboxMessage> doomed) {
    folders.get(folder).removeAll(doomed);
    changes.merge(folder, doomed.isEmpty() ? 0L : 1L, Long::sum);
    doomed.forEach(message -> deleted.add(new Gone(folder, message)));
  }

  void mark() throws IOException {
    String folder = FOLDERS.get(random.nextInt(FOLDERS.size()));
    List<MailboxMessage> messages = folders.get(folder);
    int share = 1 + random.nextInt(8);
    Set<Long> uids =
        messages.stream()
            .filter(message -> random.nextInt(share) == 0)
            .map(MailboxMessage::uid)
            .collect(Collectors.toSet());
    How how = How.values()[random.nextInt(3)];
    var change =
        new FlagChange(uids, how, List.of("\\Seen", "$" + random.nextInt(3)), OptionalLong.empty());
    long modseq = Modseq.highest(uidNext.get(folder), changes.getOrDefault(folder, 0L) + 1);
    boolean isChange = false;
    List<MailboxMessage> marked = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      MailboxMessage before = messages.get(i);
      if (uids.contains(before.uid())) {
        List<String> flags = change.of(before.flags());
        boolean same = Set.copyOf(flags).equals(Set.copyOf(before.flags()));
        messages.set(i, same ? before : before.with(flags, modseq));
        marked.add(messages.get(i));
        isChange |= !same;
      }
    }
    assertThat(stores.flags().store(user, folder, change))
        .isEqualTo(new StoreOutcome.Stored(marked, Set.of()));
    changes.merge(folder, isChange ? 1L : 0L, Long::sum);
  }

  /** What the sweep does to a folder that keeps messages for a time. */
  void retire() throws IOException {
    String folder = FOLDERS.get(random.nextInt(FOLDERS.size()));
    List<MailboxMessage> first = stores.expiring().first(user, folder, 1 + random.nextInt(10));
    assertThat(first).isEqualTo(folders.get(folder).subList(0, first.size()));
    assertThat(stores.expiring().retire(user, folder, first, NOW)).isTrue();
    delete(folder, first);
  }

  void restore() throws IOException {
    if (deleted.isEmpty()) {
      return;
    }
    Gone wanted = deleted.get(random.nextInt(deleted.size()));
    String folder = random.nextBoolean() ? wanted.folder() : Mailboxes.INBOX;
    DeletedMessage found = stores.deleted().find(user, wanted.message().id()).orElseThrow();
    RestoreOutcome outcome = stores.deleted().restore(user, found, folder);
    if (quota > 0 && bytes() + wanted.message().size() > quota) {
      assertThat(outcome).isEqualTo(new RestoreOutcome.OverQuota());
      return;
    }
    deleted.remove(wanted);
    long uid = file(folder, wanted.message());
    assertThat(outcome).isEqualTo(new RestoreOutcome.Restored(folder, uid));
  }

  /** The end of some that were deleted first. */
  void forget() throws IOException {
    int count = random.nextInt(deleted.size() + 1) / 2;
    List<DeletedMessage> first =
        stores.deleted().deletedUntil(user, Instant.now().plusSeconds(60), count);
    stores.deleted().forget(user, first);
    List<Gone> forgotten = deleted.subList(0, first.size());
    forgotten.forEach(
        gone -> taken.removeIf(delivery -> delivery.id().equals(gone.message().id())));
    forgotten.clear();
  }

  void assertEqual() throws IOException {
    MailboxStatus status = stores.mailboxes().status(user).orElseThrow();
    for (String name : FOLDERS) {
      assertThat(stores.mailboxes().open(user, name).orElseThrow().messages())
          .isEqualTo(folders.get(name));
      assertThat(status.folder(name).uidNext()).isEqualTo(uidNext.get(name));
      long highest = Modseq.highest(uidNext.get(name), changes.getOrDefault(name, 0L));
      assertThat(stores.flags().changedSince(user, name, highest))
          .contains(new Changes(uidNext.get(name), highest, List.of()));
    }
    List<Gone> listed = new ArrayList<>();
    for (DeletedMessage gone :
        stores.deleted().list(user, 10_000, Optional.empty()).orElseThrow().items().reversed()) {
      listed.add(new Gone(gone.folder(), numbered(gone.message(), 0)));
    }
    assertThat(listed)
        .isEqualTo(
            deleted.stream()
                .map(gone -> new Gone(gone.folder(), numbered(gone.message(), 0)))
                .toList());
    assertThat(status.bytes()).isEqualTo(bytes());
    assertThat(status.quotaBytes()).isEqualTo(quota);
    MailboxHistoryContract.assertCountersEqualContents(stores.mailboxes(), user, FOLDERS);
    assertThat(stores.checks().read(user).orElseThrow().differences()).isEmpty();
  }
}
