package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import skypost.mail.directory.Page;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.MailboxChecks.Contents;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.LeaseOutcome;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.mail.mailbox.MessageFlags.FlagChange;
import skypost.mail.mailbox.MessageFlags.How;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** Sessions at one mailbox, each of which begins again where something has failed. */
final class MailboxCrowd {
  private static final List<String> FOLDERS = List.of(Mailboxes.INBOX, "Work");
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");

  private final EmailAddress user;
  private final List<Client> clients = new CopyOnWriteArrayList<>();
  private final Set<MessageId> taken = ConcurrentHashMap.newKeySet();
  private final Set<MessageId> forgotten = ConcurrentHashMap.newKeySet();

  /** Which message was ever seen under a folder's UID. */
  private final Map<String, MessageId> uids = new ConcurrentHashMap<>();

  MailboxCrowd(EmailAddress user) {
    this.user = user;
  }

  /** A step whose outcome is known in the end. */
  @FunctionalInterface
  private interface Step<T> {
    T take() throws IOException;
  }

  private static <T> T again(Step<T> step) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        return step.take();
      } catch (IOException fault) {
        if (tries == 100) {
          throw fault;
        }
      }
    }
  }

  /** One that asks only for what has changed. */
  private static final class Client {
    final Map<String, SyncingClient> folders = new ConcurrentHashMap<>();

    Client(EmailAddress user) {
      FOLDERS.forEach(folder -> folders.put(folder, new SyncingClient(user, folder)));
    }

    void sync(MailboxStores stores, String folder) throws IOException {
      again(() -> {
        folders.get(folder).sync(stores);
        return true;
      });
    }
  }

  Void live(MailboxStores stores, String name, Random random, int steps) throws IOException {
    Client client = new Client(user);
    clients.add(client);
    for (int step = 0; step < steps; step++) {
      switch (random.nextInt(10)) {
        case 0 -> clear(stores, name, random);
        case 1 -> restore(stores, random);
        case 2 -> forget(stores);
        case 3 -> discard(stores);
        case 4, 5 -> mark(stores, random);
        default -> deliver(stores, random);
      }
      String folder = FOLDERS.get(random.nextInt(FOLDERS.size()));
      look(stores, folder);
      client.sync(stores, folder);
    }
    return null;
  }

  private void mark(MailboxStores stores, Random random) throws IOException {
    String folder = FOLDERS.get(random.nextInt(FOLDERS.size()));
    Set<Long> some =
        again(() -> stores.mailboxes().open(user, folder).orElseThrow()).messages().stream()
            .map(MailboxMessage::uid)
            .filter(uid -> random.nextInt(4) == 0)
            .collect(Collectors.toSet());
    How how = random.nextBoolean() ? How.ADD : How.REMOVE;
    var change = new FlagChange(some, how, List.of("$" + random.nextInt(3)), OptionalLong.empty());
    again(() -> stores.flags().store(user, folder, change));
  }

  private void deliver(MailboxStores stores, Random random) throws IOException {
    MessageId id = Samples.id();
    String folder = FOLDERS.get(random.nextInt(FOLDERS.size()));
    Delivery delivery = new Delivery(id, folder, 10, false, "subject");
    taken.add(id);
    assertThat(again(() -> stores.mailboxes().deliver(user, delivery)))
        .isInstanceOfAny(DeliveryOutcome.Filed.class, DeliveryOutcome.Duplicate.class);
  }

  private void discard(MailboxStores stores) throws IOException {
    MessageId id = Samples.id();
    taken.add(id);
    Delivery delivery = new Delivery(id, "Work", 10, false, "subject");
    assertThat(again(() -> stores.mailboxes().discard(user, delivery)))
        .isInstanceOfAny(DeliveryOutcome.Filed.class, DeliveryOutcome.Duplicate.class);
  }

  private void clear(MailboxStores stores, String name, Random random) throws IOException {
    String folder = FOLDERS.get(random.nextInt(FOLDERS.size()));
    Snapshot snapshot = stores.mailboxes().open(user, folder).orElseThrow();
    List<MailboxMessage> doomed =
        snapshot.messages().stream().filter(message -> random.nextInt(3) > 0).toList();
    LeaseOutcome lease =
        again(() -> stores.mailboxes().lease(user, name, snapshot, NOW, NOW.plusSeconds(600)));
    if (lease instanceof LeaseOutcome.Taken) {
      again(() -> stores.mailboxes().expunge(user, name, snapshot, doomed));
      again(() -> stores.mailboxes().endLease(user, Optional.of(name)));
    }
  }

  private void restore(MailboxStores stores, Random random) throws IOException {
    Page<DeletedMessage> page =
        again(() -> stores.deleted().list(user, 20, Optional.empty()).orElseThrow());
    if (!page.items().isEmpty()) {
      DeletedMessage wanted = page.items().get(random.nextInt(page.items().size()));
      again(() -> stores.deleted().restore(user, wanted, wanted.folder()));
    }
  }

  /** As the sweep does: what it takes off the list, it took the bodies of before. */
  private void forget(MailboxStores stores) throws IOException {
    List<DeletedMessage> first =
        again(() -> stores.deleted().deletedUntil(user, Instant.now().plusSeconds(60), 3));
    again(() -> {
      stores.deleted().forget(user, first);
      return true;
    });
    first.forEach(message -> forgotten.add(message.id()));
  }

  private void look(MailboxStores stores, String folder) throws IOException {
    for (MailboxMessage message :
        again(() -> stores.mailboxes().open(user, folder).orElseThrow()).messages()) {
      see(folder, message);
    }
  }

  private void see(String folder, MailboxMessage message) {
    MessageId before = uids.putIfAbsent(folder + " " + message.uid(), message.id());
    assertThat(before == null ? message.id() : before)
        .as("UID %d of %s", message.uid(), folder)
        .isEqualTo(message.id());
  }

  void assertNothingLost(MailboxStores stores) throws IOException {
    Contents contents = stores.checks().read(user).orElseThrow();
    assertThat(contents.differences()).isEmpty();
    List<MessageId> present =
        new ArrayList<>(contents.messages().stream().map(held -> held.message().id()).toList());
    assertThat(present).doesNotHaveDuplicates();
    // One that somebody restored while another forgot it is there, and not lost
    Set<MessageId> known = new HashSet<>(present);
    known.addAll(forgotten);
    assertThat(known).isEqualTo(taken);
    for (String folder : FOLDERS) {
      look(stores, folder);
      for (Client client : clients) {
        client.folders.get(folder).assertKnowsAll(stores);
      }
    }
    MailboxHistoryContract.assertCountersEqualContents(stores.mailboxes(), user, FOLDERS);
  }
}
