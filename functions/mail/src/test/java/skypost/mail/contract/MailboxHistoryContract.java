package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.LeaseOutcome;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * What every {@link Mailboxes} must do whatever happens in whatever order: races, and random
 * histories against a model.
 */
public abstract class MailboxHistoryContract {
  private static final String INBOX = Mailboxes.INBOX;
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Instant UNTIL = NOW.plusSeconds(600);

  /** The mailboxes under test. */
  protected abstract Mailboxes mailboxes() throws IOException;

  @Test
  void concurrentDeliveriesBecomeVisibleInTheOrderOfTheirUids() throws Exception {
    Mailboxes mailboxes = mailboxes();
    EmailAddress user = newUser(mailboxes);
    AtomicBoolean delivering = new AtomicBoolean(true);

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<Snapshot>> views = threads.submit(() -> watch(mailboxes, user, delivering));
      List<Callable<DeliveryOutcome>> deliveries = new ArrayList<>();
      for (int i = 0; i < 120; i++) {
        MessageId id = Samples.id();
        deliveries.add(() -> deliver(mailboxes, user, id));
      }
      List<Long> uids = new ArrayList<>();
      for (Future<DeliveryOutcome> outcome : threads.invokeAll(deliveries)) {
        uids.add(((DeliveryOutcome.Filed) outcome.get()).uid());
      }
      delivering.set(false);

      assertThat(uids)
          .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 120).boxed().toList());
      assertGrowsAtItsEnd(views.get());
    }
    assertThat(mailboxes.open(user, INBOX).orElseThrow().messages()).hasSize(120);
    assertThat(mailboxes.status(user).orElseThrow().bytes()).isEqualTo(1200);
  }

  @Test
  void theSameMessageDeliveredByManyAtOnceIsFiledOnce() throws Exception {
    Mailboxes mailboxes = mailboxes();
    EmailAddress user = newUser(mailboxes);
    for (int round = 0; round < 15; round++) {
      MessageId id = Samples.id();
      List<Callable<DeliveryOutcome>> deliveries = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        deliveries.add(() -> deliver(mailboxes, user, id));
        deliveries.add(() -> deliver(mailboxes, user, Samples.id()));
      }
      List<DeliveryOutcome> outcomes = new ArrayList<>();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<DeliveryOutcome> outcome : threads.invokeAll(deliveries)) {
          outcomes.add(outcome.get());
        }
      }
      assertThat(outcomes).filteredOn(DeliveryOutcome.Filed.class::isInstance).hasSize(5);
      assertThat(outcomes).filteredOn(DeliveryOutcome.Duplicate.class::isInstance).hasSize(3);
    }
    assertCountersEqualContents(mailboxes, user, List.of(INBOX));
    assertThat(mailboxes.status(user).orElseThrow().messages()).isEqualTo(75);
  }

  @Test
  void ofManySessionsOneGetsTheMaildrop() throws Exception {
    Mailboxes mailboxes = mailboxes();
    EmailAddress user = newUser(mailboxes);
    Snapshot snapshot = mailboxes.open(user, INBOX).orElseThrow();
    List<Callable<LeaseOutcome>> sessions = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String holder = "session-" + i;
      sessions.add(() -> mailboxes.lease(user, holder, snapshot, NOW, UNTIL));
    }

    List<LeaseOutcome> outcomes = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<LeaseOutcome> outcome : threads.invokeAll(sessions)) {
        outcomes.add(outcome.get());
      }
    }

    assertThat(outcomes).filteredOn(LeaseOutcome.Taken.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(LeaseOutcome.InUse.class::isInstance).hasSize(9);
  }

  @Test
  void expungeAndDeliveriesAtOnceLoseNothing() throws Exception {
    Mailboxes mailboxes = mailboxes();
    EmailAddress user = newUser(mailboxes);
    Set<MessageId> removed = new HashSet<>();
    List<MessageId> delivered = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      List<MessageId> ids = new ArrayList<>();
      List<Callable<DeliveryOutcome>> deliveries = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        MessageId id = Samples.id();
        ids.add(id);
        deliveries.add(() -> deliver(mailboxes, user, id));
      }
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<List<MailboxMessage>> session = threads.submit(() -> clear(mailboxes, user));
        for (Future<DeliveryOutcome> outcome : threads.invokeAll(deliveries)) {
          assertThat(outcome.get()).isInstanceOf(DeliveryOutcome.Filed.class);
        }
        session.get().forEach(message -> removed.add(message.id()));
      }
      delivered.addAll(ids);
    }
    List<MessageId> left =
        mailboxes.open(user, INBOX).orElseThrow().messages().stream()
            .map(MailboxMessage::id)
            .toList();

    assertThat(left).doesNotHaveDuplicates().doesNotContainAnyElementsOf(removed);
    assertThat(left.size() + removed.size()).isEqualTo(delivered.size());
    assertCountersEqualContents(mailboxes, user, List.of(INBOX));
    assertThat(mailboxes.status(user).orElseThrow().folder(INBOX).uidNext())
        .isEqualTo(delivered.size() + 1L);
  }

  /**
   * Random deliveries, repeats, removals and quota changes; after each, the mailbox equals a model
   * of it.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 25_11_2026})
  void aRandomHistoryEndsWhereItsModelDoes(long seed) throws IOException {
    Random random = new Random(seed);
    Mailboxes mailboxes = mailboxes();
    Model model = new Model(newUser(mailboxes));
    for (int step = 0; step < 300; step++) {
      switch (random.nextInt(20)) {
        case 0 -> model.expunge(mailboxes, random);
        case 1, 2, 3 -> model.repeat(mailboxes, random);
        case 4 -> model.changeQuota(mailboxes, random);
        default -> model.deliver(mailboxes, random);
      }
      if (step % 10 == 0) {
        model.assertEqual(mailboxes);
      }
    }
    model.assertEqual(mailboxes);
  }

  /** A mailbox as it must be. */
  private static final class Model {
    static final List<String> FOLDERS = List.of(INBOX, "Junk", "Work");

    final EmailAddress user;
    final TreeMap<String, List<MailboxMessage>> folders = new TreeMap<>();
    final TreeMap<String, Long> uidNext = new TreeMap<>();
    final List<Delivery> taken = new ArrayList<>();
    long quota;

    Model(EmailAddress user) {
      this.user = user;
      FOLDERS.forEach(name -> folders.put(name, new ArrayList<>()));
      FOLDERS.forEach(name -> uidNext.put(name, 1L));
    }

    long bytes() {
      return folders.values().stream().flatMap(List::stream).mapToLong(MailboxMessage::size).sum();
    }

    void deliver(Mailboxes mailboxes, Random random) throws IOException {
      String folder = FOLDERS.get(Math.max(0, random.nextInt(5) - 2)); // mostly INBOX
      Instant accepted =
          Instant.now().minusSeconds(random.nextInt(3) == 0 ? random.nextInt(200_000) : 0);
      var delivery =
          new Delivery(
              Samples.id(accepted),
              folder,
              1 + random.nextInt(500),
              random.nextBoolean(),
              "s" + taken.size());
      DeliveryOutcome outcome = mailboxes.deliver(user, delivery);
      if (quota > 0 && bytes() + delivery.size() > quota) {
        assertThat(outcome).isEqualTo(new DeliveryOutcome.OverQuota());
        return;
      }
      long uid = uidNext.merge(folder, 1L, Long::sum) - 1;
      assertThat(outcome).isEqualTo(new DeliveryOutcome.Filed(uid));
      folders
          .get(folder)
          .add(
              new MailboxMessage(
                  uid, delivery.id(), delivery.size(), delivery.shared(), delivery.subject()));
      taken.add(delivery);
    }

    void repeat(Mailboxes mailboxes, Random random) throws IOException {
      if (!taken.isEmpty()) {
        Delivery again = taken.get(random.nextInt(taken.size()));
        assertThat(mailboxes.deliver(user, again)).isInstanceOf(DeliveryOutcome.Duplicate.class);
      }
    }

    void changeQuota(Mailboxes mailboxes, Random random) throws IOException {
      quota = random.nextBoolean() ? 0 : bytes() + random.nextInt(3000);
      mailboxes.create(user, quota);
    }

    void expunge(Mailboxes mailboxes, Random random) throws IOException {
      String folder = FOLDERS.get(random.nextInt(FOLDERS.size()));
      Snapshot snapshot = mailboxes.open(user, folder).orElseThrow();
      int share = 1 + random.nextInt(4);
      List<MailboxMessage> doomed =
          snapshot.messages().stream().filter(message -> random.nextInt(share) == 0).toList();
      assertThat(mailboxes.lease(user, "model", snapshot, NOW, UNTIL))
          .isEqualTo(new LeaseOutcome.Taken());
      assertThat(mailboxes.expunge(user, "model", snapshot, doomed)).isTrue();
      folders.get(folder).removeAll(doomed);
    }

    void assertEqual(Mailboxes mailboxes) throws IOException {
      MailboxStatus status = mailboxes.status(user).orElseThrow();
      for (String name : FOLDERS) {
        assertThat(mailboxes.open(user, name).orElseThrow().messages())
            .isEqualTo(folders.get(name));
        assertThat(status.folder(name).uidNext()).isEqualTo(uidNext.get(name));
      }
      assertThat(status.bytes()).isEqualTo(bytes());
      assertThat(status.quotaBytes()).isEqualTo(quota);
      assertCountersEqualContents(mailboxes, user, FOLDERS);
    }
  }

  private static EmailAddress newUser(Mailboxes mailboxes) throws IOException {
    EmailAddress user = Samples.user();
    mailboxes.create(user, 0);
    return user;
  }

  private static DeliveryOutcome deliver(Mailboxes mailboxes, EmailAddress user, MessageId id)
      throws IOException {
    return mailboxes.deliver(user, new Delivery(id, INBOX, 10, false, "subject"));
  }

  private static List<Snapshot> watch(Mailboxes mailboxes, EmailAddress user, AtomicBoolean going)
      throws IOException {
    List<Snapshot> views = new ArrayList<>();
    do {
      views.add(mailboxes.open(user, INBOX).orElseThrow());
    } while (going.get());
    views.add(mailboxes.open(user, INBOX).orElseThrow());
    return views;
  }

  /**
   * Each view begins with the one before it: a client that remembers the last UID it saw misses
   * nothing.
   */
  private static void assertGrowsAtItsEnd(List<Snapshot> views) {
    List<MailboxMessage> before = List.of();
    for (Snapshot view : views) {
      assertThat(view.messages().size()).isGreaterThanOrEqualTo(before.size());
      assertThat(view.messages().subList(0, before.size())).isEqualTo(before);
      before = view.messages();
    }
  }

  private static List<MailboxMessage> clear(Mailboxes mailboxes, EmailAddress user)
      throws IOException {
    Snapshot snapshot = mailboxes.open(user, INBOX).orElseThrow();
    assertThat(mailboxes.lease(user, "clear", snapshot, NOW, UNTIL))
        .isEqualTo(new LeaseOutcome.Taken());
    assertThat(mailboxes.expunge(user, "clear", snapshot, snapshot.messages())).isTrue();
    return snapshot.messages();
  }

  private static void assertCountersEqualContents(
      Mailboxes mailboxes, EmailAddress user, List<String> folders) throws IOException {
    MailboxStatus status = mailboxes.status(user).orElseThrow();
    long messages = 0;
    long bytes = 0;
    for (String name : folders) {
      List<MailboxMessage> contents = mailboxes.open(user, name).orElseThrow().messages();
      long size = contents.stream().mapToLong(MailboxMessage::size).sum();
      assertThat(status.folder(name).messages()).isEqualTo(contents.size());
      assertThat(status.folder(name).bytes()).isEqualTo(size);
      messages += contents.size();
      bytes += size;
    }
    assertThat(status.messages()).isEqualTo(messages);
    assertThat(status.bytes()).isEqualTo(bytes);
    assertThat(status.lease()).isEqualTo(Optional.empty());
  }
}
