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
  protected abstract MailboxStores stores() throws IOException;

  /** The same, where one write in some dozen fails, before it was done or after. */
  protected abstract MailboxStores faulty(MailboxStores stores, Random random) throws IOException;

  private Mailboxes mailboxes() throws IOException {
    return stores().mailboxes();
  }

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
   * Random deliveries, repeats, discards, removals, restores, ends, quota changes and new mailboxes
   * of the name; after each, the mailbox equals a model of it.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 25_11_2026})
  void aRandomHistoryEndsWhereItsModelDoes(long seed) throws IOException {
    Random random = new Random(seed);
    MailboxStores stores = stores();
    MailboxModel model = new MailboxModel(stores, newUser(stores.mailboxes()), random);
    for (int step = 0; step < 400; step++) {
      switch (random.nextInt(25)) {
        case 0 -> model.expunge();
        case 1, 2, 3 -> model.repeat();
        case 4 -> model.changeQuota();
        case 5, 6 -> model.discard();
        case 7, 8 -> model.restore();
        case 9 -> model.forget();
        case 10 -> model.retire();
        case 11, 12 -> model.mark();
        case 13 -> {
          if (random.nextInt(5) == 0) {
            model.makeAnew();
          }
        }
        default -> model.deliver();
      }
      if (step % 10 == 0) {
        model.assertEqual();
      }
    }
    model.assertEqual();
  }

  /**
   * Many sessions at once, each with crashes and lost answers that it meets as a program does, by
   * asking again: nothing is lost, nothing is there twice, no UID is given twice, and the counters
   * are right.
   */
  @ParameterizedTest
  @ValueSource(longs = {4, 5, 25_11_2026})
  void whateverFailsNothingIsLostAndNothingIsThereTwice(long seed) throws Exception {
    MailboxStores stores = stores();
    EmailAddress user = newUser(stores.mailboxes());
    MailboxCrowd crowd = new MailboxCrowd(user);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Void>> sessions = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Random random = new Random(seed + i);
        MailboxStores faulty = faulty(stores, random);
        String name = "session-" + i;
        sessions.add(() -> crowd.live(faulty, name, random, 70));
      }
      for (Future<Void> session : threads.invokeAll(sessions)) {
        session.get();
      }
    }
    crowd.assertNothingLost(stores);
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

  static void assertCountersEqualContents(
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
