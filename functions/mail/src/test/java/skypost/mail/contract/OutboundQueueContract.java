package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.HostPort;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.ByHand.Step;
import skypost.mail.queue.ByHand.What;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.OutboundQueue.Booking;
import skypost.mail.queue.OutboundQueue.PuttingOff;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Attempt;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.smtp.SmtpReply;

/** What every {@link OutboundQueue} must do. */
public abstract class OutboundQueueContract {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Instant LOST = NOW.plusSeconds(600);
  private static final SmtpReply TRY_LATER = SmtpReply.of(451, 4, 1, "try again later");

  /** The queue under test. */
  protected abstract OutboundQueue queue() throws IOException;

  /** The entries that SendFunction was woken for so far, as often as it was. */
  private List<EntryId> woken() throws IOException {
    return wakes().stream().map(EntryWake::entry).toList();
  }

  /** What SendFunction was told so far whenever it was woken for an entry. */
  protected abstract List<EntryWake> wakes() throws IOException;

  @Test
  void anEntryComesBackWithEveryField() throws IOException {
    OutboundQueue queue = queue();
    EntryId id = new EntryId(Samples.id(), "[192.0.2.1]", 12);
    var attempts =
        List.of(
            new Attempt(
                NOW, "mx.far.example[2001:db8::1]:25", "TLSv1.3 TLS_AES_128_GCM_SHA256", TRY_LATER),
            new Attempt(
                NOW.plusMillis(1), "", "", SmtpReply.of(450, 4, 4, "no route", "to \"host\"")));
    var recipients =
        List.of(
            recipient("a@far.example"),
            new QueuedRecipient(
                Samples.address("用户@far.example"),
                Map.of("NOTIFY", "NEVER", "ORCPT", "rfc822;b@x"),
                Optional.empty()),
            recipient("c@far.example").ended(new End.Sent(SmtpReply.of(250, 0, 0, "ok"))),
            recipient("d@far.example").ended(new End.Bounced(SmtpReply.plain(550, "no"))),
            recipient("e@far.example").ended(new End.Removed()));
    var entry =
        new QueueEntry(
            id,
            new QueueEntry.Mail(
                Optional.of(Samples.address("\"o hara\"@x.example")),
                5_000_000_000L,
                true,
                "\1\2s2026\35; arc=none"),
            new QueueEntry.Turn(Status.DEFERRED, NOW, 2, "far.example"),
            recipients,
            attempts,
            new ByHand(
                Optional.of(new HostPort("2001:db8::2", 2525)),
                List.of(
                    new Step(NOW, What.HELD, ByHand.API, ""),
                    new Step(NOW, What.REROUTED, "operation x", "[2001:db8::2]:2525"))));

    queue.enqueue(List.of(entry));

    assertThat(queue.entries(id.message())).containsExactly(entry);
  }

  @Test
  void allEntriesOfAMessageAreFoundAndNoOthers() throws IOException {
    OutboundQueue queue = queue();
    MessageId message = Samples.id();
    List<QueueEntry> entries =
        IntStream.range(0, 30)
            .mapToObj(i -> fresh(new EntryId(message, "d" + i / 3 + ".example", i % 3)))
            .toList();
    queue.enqueue(List.of(fresh()));

    queue.enqueue(entries);

    assertThat(queue.entries(message)).containsExactlyInAnyOrderElementsOf(entries);
    assertThat(queue.entries(Samples.id())).isEmpty();
    assertThat(woken()).containsAll(entries.stream().map(QueueEntry::id).toList());
  }

  @Test
  void anEntryEnqueuedAgainIsNotReset() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry first = fresh();
    QueueEntry second = fresh(new EntryId(first.id().message(), "second.example", 0));
    queue.enqueue(List.of(first));
    QueueEntry sent = done(booked(queue, first.id()));
    assertThat(queue.finish(sent)).isTrue();

    queue.enqueue(List.of(first, second)); // the receiving step died half-way and comes again

    assertThat(queue.entries(first.id().message())).containsExactlyInAnyOrder(sent, second);
    assertThat(queue.book(first.id(), LOST.plusSeconds(1), LOST.plusSeconds(2)))
        .isEqualTo(new Booking.NothingToDo());
  }

  @Test
  void aRepeatedEnqueueWakesForWhatStillWaits() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    queue.enqueue(List.of(entry)); // the first wake may never have been sent

    assertThat(woken()).filteredOn(entry.id()::equals).hasSize(2);
  }

  @Test
  void anAttemptIsBookedBeforeItIsMade() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));

    QueueEntry booked = booked(queue, entry.id());

    assertThat(booked.status()).isEqualTo(Status.SENDING);
    assertThat(booked.attemptsMade()).isEqualTo(1);
    assertThat(booked.nextAttempt()).isEqualTo(LOST);
    assertThat(booked.recipients()).isEqualTo(entry.recipients());
    assertThat(queue.entries(entry.id().message())).containsExactly(booked);
  }

  @Test
  void ofManyThatBookAtOnceOneWins() throws Exception {
    OutboundQueue queue = queue();
    for (int round = 0; round < 5; round++) {
      QueueEntry entry = fresh();
      queue.enqueue(List.of(entry));

      List<Booking> bookings = new ArrayList<>();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Callable<Booking>> tries = new ArrayList<>();
        IntStream.range(0, 8).forEach(i -> tries.add(() -> queue.book(entry.id(), NOW, LOST)));
        for (Future<Booking> booking : threads.invokeAll(tries)) {
          bookings.add(booking.get());
        }
      }

      assertThat(bookings).filteredOn(Booking.Booked.class::isInstance).hasSize(1);
      assertThat(bookings)
          .filteredOn(booking -> !(booking instanceof Booking.Booked))
          .containsOnly(new Booking.NotDue(LOST));
    }
  }

  @Test
  void nothingIsBookedBeforeItIsDue() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    Instant due = NOW.plusSeconds(300);
    queue.finish(deferred(booked(queue, entry.id()), due));

    assertThat(queue.book(entry.id(), due.minusMillis(1), LOST)).isEqualTo(new Booking.NotDue(due));

    assertThat(queue.book(entry.id(), due, LOST)).isInstanceOf(Booking.Booked.class);
  }

  @Test
  void nothingIsBookedThatIsDoneHeldOrUnknown() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry done = fresh();
    QueueEntry held = fresh();
    queue.enqueue(List.of(done, held));
    queue.finish(done(booked(queue, done.id())));
    assertThat(queue.replace(held, held.withStatus(Status.HELD, NOW))).isTrue();

    assertThat(queue.book(done.id(), LOST, LOST.plusSeconds(1)))
        .isEqualTo(new Booking.NothingToDo());
    assertThat(queue.book(held.id(), LOST, LOST.plusSeconds(1)))
        .isEqualTo(new Booking.NothingToDo());
    assertThat(queue.book(fresh().id(), LOST, LOST.plusSeconds(1)))
        .isEqualTo(new Booking.NothingToDo());
  }

  @Test
  void aLostAttemptIsGivenToAnotherAndItsOutcomeRefused() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    QueueEntry lost = booked(queue, entry.id());
    assertThat(queue.book(entry.id(), LOST.minusMillis(1), LOST.plusSeconds(600)))
        .isEqualTo(new Booking.NotDue(LOST));

    var again = (Booking.Booked) queue.book(entry.id(), LOST, LOST.plusSeconds(600));

    assertThat(again.entry().attemptsMade()).isEqualTo(2);
    assertThat(queue.finish(deferred(lost, NOW.plusSeconds(700)))).isFalse();
    assertThat(queue.entries(entry.id().message())).containsExactly(again.entry());
    assertThat(queue.finish(done(again.entry()))).isTrue();
  }

  @Test
  void anOutcomeIsRecordedOnlyForABookedAttempt() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));

    assertThat(queue.finish(done(entry))).isFalse(); // never booked
    assertThat(queue.finish(done(fresh()))).isFalse(); // not there
    assertThat(queue.entries(entry.id().message())).containsExactly(entry);
  }

  @Test
  void anEntryRemovedDuringItsAttemptStaysRemoved() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    QueueEntry booked = booked(queue, entry.id());
    QueueEntry removed = booked.withStatus(Status.DONE, NOW);
    assertThat(queue.replace(booked, removed)).isTrue();

    assertThat(queue.finish(deferred(booked, NOW.plusSeconds(60)))).isFalse();

    assertThat(queue.entries(entry.id().message())).containsExactly(removed);
  }

  @Test
  void aDeferredEntryIsWokenAgainAndADoneOneIsNot() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry later = fresh();
    QueueEntry over = fresh();
    queue.enqueue(List.of(later, over));
    QueueEntry laterBooked = booked(queue, later.id());
    QueueEntry overBooked = booked(queue, over.id());
    long laterBefore = wakesOf(later.id());
    long overBefore = wakesOf(over.id());

    queue.finish(deferred(laterBooked, NOW.plusSeconds(1)));
    queue.finish(done(overBooked));

    assertThat(wakesOf(later.id())).isEqualTo(laterBefore + 1);
    assertThat(wakesOf(over.id())).isEqualTo(overBefore);
  }

  /** Its smart host may depend on the sender, and it is put off without a look at it. */
  @Test
  void everyWakeSaysWhoseMailItIs() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    EntryId bounce = new EntryId(Samples.id(), "far.example", 0);
    var ofNobody =
        new QueueEntry(
            bounce,
            new QueueEntry.Mail(Optional.empty(), 9, false, ""),
            new QueueEntry.Turn(Status.QUEUED, NOW, 0, bounce.destination()),
            entry.recipients(),
            List.of(),
            ByHand.NOTHING);
    queue.enqueue(List.of(entry, ofNobody));
    Instant due = NOW.plusSeconds(3);
    queue.putOff(entry.id(), "far.example", NOW, due);
    queue.finish(deferred(booked(queue, bounce), due));

    assertThat(wakes())
        .contains(
            new EntryWake(entry.id(), "local.example", Optional.of(due)),
            new EntryWake(bounce, "", Optional.of(due)))
        .filteredOn(wake -> wake.entry().equals(entry.id()) || wake.entry().equals(bounce))
        .hasSize(4);
  }

  @Test
  void aReleasedEntryIsWokenAndAHeldOneIsNot() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    QueueEntry held = entry.withStatus(Status.HELD, NOW);
    long before = wakesOf(entry.id());

    assertThat(queue.replace(entry, held)).isTrue();
    assertThat(wakesOf(entry.id())).isEqualTo(before);

    assertThat(queue.replace(held, entry)).isTrue();
    assertThat(wakesOf(entry.id())).isEqualTo(before + 1);
    assertThat(queue.book(entry.id(), NOW, LOST)).isInstanceOf(Booking.Booked.class);
  }

  @Test
  void whatHasChangedSinceItWasSeenIsNotReplaced() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    QueueEntry booked = booked(queue, entry.id());

    assertThat(queue.replace(entry, entry.withStatus(Status.HELD, NOW))).isFalse();

    assertThat(queue.entries(entry.id().message())).containsExactly(booked);
    assertThat(queue.replace(fresh(), entry.withStatus(Status.HELD, NOW))).isFalse();
  }

  @Test
  void whatWasDoneByHandOutlastsAnAttempt() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    QueueEntry rerouted =
        entry.withByHand(
            ByHand.NOTHING
                .withRoute(Optional.of(new HostPort("other.example", 25)))
                .with(new Step(NOW, What.REROUTED, ByHand.API, "other.example:25")));
    assertThat(queue.replace(entry, rerouted)).isTrue();

    queue.finish(deferred(booked(queue, entry.id()), NOW.plusSeconds(60)));

    assertThat(queue.entries(entry.id().message()))
        .extracting(QueueEntry::byHand)
        .containsExactly(rerouted.byHand());
  }

  @Test
  void ofTwoThatStepInAtOnceOneIsTold() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    QueueEntry one =
        entry.withByHand(ByHand.NOTHING.with(new Step(NOW, What.REROUTED, ByHand.API, "a:25")));
    QueueEntry other =
        entry.withByHand(ByHand.NOTHING.with(new Step(NOW, What.REROUTED, "operation x", "b:25")));

    assertThat(queue.replace(entry, one)).isTrue();
    assertThat(queue.replace(entry, other)).isFalse();

    assertThat(queue.entries(entry.id().message())).containsExactly(one);
    assertThat(queue.replace(one, one.withStatus(Status.HELD, NOW))).isTrue();
  }

  @Test
  void waitingEntriesAreListedByTheirNextAttempt() throws IOException {
    OutboundQueue queue = queue();
    List<EntryId> expected = new ArrayList<>();
    for (int i = 24; i >= 0; i--) {
      QueueEntry entry = fresh();
      queue.enqueue(List.of(entry));
      QueueEntry waiting = deferred(booked(queue, entry.id()), NOW.plusSeconds(60L * i));
      queue.finish(waiting);
      if (i % 5 == 0) {
        assertThat(queue.replace(waiting, waiting.withStatus(Status.HELD, waiting.nextAttempt())))
            .isTrue();
      }
      expected.addFirst(entry.id());
    }
    QueueEntry over = fresh();
    queue.enqueue(List.of(over));
    queue.finish(done(booked(queue, over.id())));

    List<QueueEntry> listed = Samples.all(10, next -> queue.waiting(10, next));

    assertThat(listed).extracting(QueueEntry::nextAttempt).isSorted();
    assertThat(listed).extracting(QueueEntry::id).doesNotHaveDuplicates().doesNotContain(over.id());
    assertThat(listed)
        .extracting(QueueEntry::id)
        .filteredOn(expected::contains)
        .isEqualTo(expected);
    assertThat(listed)
        .filteredOn(entry -> expected.contains(entry.id()))
        .filteredOn(entry -> entry.status() == Status.HELD)
        .hasSize(5);
  }

  @Test
  void anEntryStaysInTheListWhileItIsTriedAgain() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    queue.finish(deferred(booked(queue, entry.id()), NOW.plusSeconds(60)));
    var again = (Booking.Booked) queue.book(entry.id(), NOW.plusSeconds(60), LOST);

    assertThat(Samples.all(50, next -> queue.waiting(50, next))).contains(again.entry());
  }

  @Test
  void whatIsBeingSentIsListedWhereItWasDue() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry sent = fresh();
    QueueEntry next = fresh();
    queue.enqueue(List.of(sent, next));
    queue.putOff(sent.id(), sent.id().destination(), NOW, NOW.plusSeconds(60));
    queue.putOff(next.id(), next.id().destination(), NOW, NOW.plusSeconds(61));

    queue.book(sent.id(), NOW.plusSeconds(60), LOST); // its first attempt

    assertThat(Samples.all(50, page -> queue.waiting(50, page)))
        .extracting(QueueEntry::id)
        .containsSubsequence(sent.id(), next.id());
  }

  @Test
  void anEntryThatEndsLeavesTheList() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    QueueEntry waiting = deferred(booked(queue, entry.id()), NOW.plusSeconds(60));
    queue.finish(waiting);
    var again = (Booking.Booked) queue.book(entry.id(), NOW.plusSeconds(60), LOST);

    queue.finish(done(again.entry()));

    assertThat(Samples.all(50, next -> queue.waiting(50, next)))
        .extracting(QueueEntry::id)
        .doesNotContain(entry.id());
    assertThat(queue.entries(entry.id().message()))
        .extracting(QueueEntry::status)
        .containsExactly(Status.DONE);
  }

  @Test
  void whatIsDueLaterIsBookedEarlyWhenItIsItsTurn() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry later = fresh();
    QueueEntry held = fresh();
    queue.enqueue(List.of(later, held));
    queue.finish(deferred(booked(queue, later.id()), NOW.plusSeconds(9000)));
    queue.replace(held, held.withStatus(Status.HELD, NOW));

    var early = (Booking.Booked) queue.bookEarly(later.id(), NOW.plusSeconds(1), LOST);

    assertThat(early.entry().attemptsMade()).isEqualTo(2);
    assertThat(queue.bookEarly(later.id(), NOW.plusSeconds(2), LOST))
        .isEqualTo(new Booking.NotDue(LOST)); // it is being sent
    assertThat(queue.bookEarly(later.id(), LOST, LOST.plusSeconds(600)))
        .isInstanceOf(Booking.Booked.class); // that attempt was lost
    assertThat(queue.bookEarly(held.id(), NOW, LOST)).isEqualTo(new Booking.NothingToDo());
  }

  @Test
  void whatIsPutOffWaitsWithoutAnAttempt() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry entry = fresh();
    queue.enqueue(List.of(entry));
    long before = wakesOf(entry.id());
    Instant until = NOW.plusSeconds(300);

    QueueEntry waiting = entry.withStatus(Status.DEFERRED, until);
    assertThat(queue.putOff(entry.id(), entry.id().destination(), NOW, until))
        .isEqualTo(new PuttingOff.Waits(waiting));

    assertThat(queue.entries(entry.id().message())).containsExactly(waiting);
    assertThat(wakesOf(entry.id())).isEqualTo(before + 1);
    assertThat(queue.book(entry.id(), NOW, LOST)).isEqualTo(new Booking.NotDue(until));
    assertThat(queue.putOff(entry.id(), entry.id().destination(), NOW, until))
        .isEqualTo(new Booking.NotDue(until));
    assertThat(queue.putOff(entry.id(), entry.id().destination(), until, LOST))
        .isInstanceOf(PuttingOff.Waits.class);
    assertThat(Samples.all(50, next -> queue.waiting(50, next)))
        .extracting(QueueEntry::id)
        .contains(entry.id());
  }

  @Test
  void whatIsSentHeldOrDoneIsNotPutOff() throws IOException {
    OutboundQueue queue = queue();
    QueueEntry sending = fresh();
    QueueEntry held = fresh();
    QueueEntry done = fresh();
    queue.enqueue(List.of(sending, held, done));
    booked(queue, sending.id());
    queue.replace(held, held.withStatus(Status.HELD, NOW));
    queue.finish(done(booked(queue, done.id())));

    for (QueueEntry entry : List.of(held, done, fresh())) {
      assertThat(
              queue.putOff(
                  entry.id(), entry.id().destination(), LOST.plusSeconds(1), LOST.plusSeconds(9)))
          .isEqualTo(new Booking.NothingToDo());
    }
    assertThat(queue.putOff(sending.id(), sending.id().destination(), NOW.plusSeconds(1), LOST))
        .isEqualTo(new Booking.NotDue(LOST));
    assertThat(
            queue.putOff(
                sending.id(),
                sending.id().destination(),
                LOST,
                LOST.plusSeconds(9))) // that attempt was lost
        .isInstanceOf(PuttingOff.Waits.class);
  }

  @Test
  void whatWaitsForADestinationIsListedInTheOrderOfArrival() throws IOException {
    OutboundQueue queue = queue();
    String domain = Samples.name("order-") + ".example";
    List<EntryId> arrived = new ArrayList<>();
    for (int i = 0; i < 23; i++) {
      arrived.add(new EntryId(MessageId.derived(NOW.plusSeconds(i), domain + i), domain, 0));
    }
    List<EntryId> shuffled = new ArrayList<>(arrived);
    java.util.Collections.shuffle(shuffled, new java.util.Random(5));
    for (EntryId id : shuffled) {
      queue.enqueue(List.of(fresh(id), fresh(new EntryId(id.message(), "other.example", 0))));
      queue.finish(deferred(booked(queue, id), NOW.plusSeconds(shuffled.indexOf(id))));
    }
    EntryId sent = arrived.remove(7);
    queue.finish(done(((Booking.Booked) queue.bookEarly(sent, NOW, LOST)).entry()));
    queue.enqueue(List.of(fresh(new EntryId(Samples.id(), domain, 0)))); // was never put off

    List<EntryId> listed = new ArrayList<>();
    Optional<EntryId> after = Optional.empty();
    for (List<EntryId> page = queue.waitingFor(domain, 5, after);
        !page.isEmpty();
        page = queue.waitingFor(domain, 5, after)) {
      assertThat(page).hasSizeLessThanOrEqualTo(5);
      listed.addAll(page);
      after = Optional.of(page.getLast());
    }

    assertThat(listed).isEqualTo(arrived);
    assertThat(queue.countWaitingFor(domain)).isEqualTo(new OutboundQueue.Count(22, true));
    assertThat(queue.countWaitingFor("nothing.example"))
        .isEqualTo(new OutboundQueue.Count(0, true));
  }

  @Test
  void whatWaitsForASmartHostIsListedThereForWhicheverDomainItIs() throws IOException {
    OutboundQueue queue = queue();
    String host = "ann@" + Samples.name("smart-") + ".example:587";
    List<EntryId> arrived = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String domain = Samples.name("d-") + ".example";
      EntryId id = new EntryId(MessageId.derived(NOW.plusSeconds(i), host + i), domain, 0);
      arrived.add(id);
      queue.enqueue(List.of(fresh(id)));
      if (i % 2 == 0) {
        queue.putOff(id, host, NOW, NOW.plusSeconds(300));
      } else {
        queue.finish(deferred(booked(queue, id), NOW.plusSeconds(300)).waitingFor(host));
      }
      assertThat(queue.countWaitingFor(domain)).isEqualTo(new OutboundQueue.Count(0, true));
    }

    assertThat(queue.waitingFor(host, 4, Optional.empty())).isEqualTo(arrived.subList(0, 4));
    assertThat(queue.waitingFor(host, 4, Optional.of(arrived.get(3))))
        .isEqualTo(arrived.subList(4, 6));
    assertThat(queue.countWaitingFor(host)).isEqualTo(new OutboundQueue.Count(6, true));
    assertThat(queue.entries(arrived.getFirst().message()))
        .extracting(QueueEntry::waitsFor)
        .containsExactly(host);
  }

  @Test
  void aHundredRecipientsAndThirtyAttemptsFit() throws IOException {
    OutboundQueue queue = queue();
    EntryId id = new EntryId(Samples.id(), "far.example", 0);
    SmtpReply wordy = SmtpReply.of(451, 7, 1, "x".repeat(400), "y".repeat(400));
    var entry =
        new QueueEntry(
            id,
            new QueueEntry.Mail(Optional.empty(), 1, false, ""),
            new QueueEntry.Turn(Status.DEFERRED, NOW, 30, id.destination()),
            IntStream.range(0, EntryId.MAX_RECIPIENTS)
                .mapToObj(i -> recipient("recipient" + i + "@far.example"))
                .toList(),
            IntStream.range(0, QueueEntry.MAX_ATTEMPTS_KEPT)
                .mapToObj(
                    i -> new Attempt(NOW.plusSeconds(i), "mx.far.example[192.0.2.1]:25", "", wordy))
                .toList(),
            ByHand.NOTHING);

    queue.enqueue(List.of(entry));

    assertThat(queue.entries(id.message())).containsExactly(entry);
  }

  private static QueueEntry fresh() {
    return fresh(new EntryId(Samples.id(), "far.example", 0));
  }

  private static QueueEntry fresh(EntryId id) {
    return new QueueEntry(
        id,
        new QueueEntry.Mail(Optional.of(Samples.address("ann@local.example")), 1234, false, ""),
        new QueueEntry.Turn(Status.QUEUED, NOW, 0, id.destination()),
        List.of(recipient("bob@far.example"), recipient("carol@far.example")),
        List.of(),
        ByHand.NOTHING);
  }

  private static QueuedRecipient recipient(String address) {
    return new QueuedRecipient(Samples.address(address), Map.of(), Optional.empty());
  }

  private static QueueEntry booked(OutboundQueue queue, EntryId id) throws IOException {
    return ((Booking.Booked) queue.book(id, NOW, LOST)).entry();
  }

  private static QueueEntry deferred(QueueEntry booked, Instant due) {
    return booked
        .withStatus(Status.DEFERRED, due)
        .withAttempt(new Attempt(NOW, "mx.far.example[192.0.2.1]:25", "", TRY_LATER));
  }

  private static QueueEntry done(QueueEntry booked) {
    SmtpReply ok = SmtpReply.of(250, 0, 0, "queued as 42");
    return booked
        .withStatus(Status.DONE, booked.nextAttempt())
        .withRecipients(
            booked.recipients().stream()
                .map(recipient -> recipient.ended(new End.Sent(ok)))
                .toList())
        .withAttempt(new Attempt(NOW, "mx.far.example[192.0.2.1]:25", "", ok));
  }

  private long wakesOf(EntryId id) throws IOException {
    return woken().stream().filter(id::equals).count();
  }
}
