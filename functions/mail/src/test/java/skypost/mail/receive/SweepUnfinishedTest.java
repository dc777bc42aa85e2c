package skypost.mail.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import skypost.mail.contract.Faults;
import skypost.mail.contract.Samples;
import skypost.mail.contract.TestClock;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.MessageId;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.OutboundQueue.Booking;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.trace.Traces.Receipt;

/** What sweeps find, however much there is and whatever goes wrong. */
class SweepUnfinishedTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Duration LATE = Duration.ofMinutes(30);

  private final TestClock clock = new TestClock(NOW);
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryTraces traces = new InMemoryTraces();
  private final List<InMemoryOutboundQueue.Wake> wakes = new CopyOnWriteArrayList<>();
  private final InMemoryOutboundQueue queue = new InMemoryOutboundQueue(clock, wakes::add);
  private final List<MessageId> repeated = new CopyOnWriteArrayList<>();
  private final Mark mark = new Mark();
  private IncomingEvents events = repeated::add;

  @Test
  void theEventsOfUnfinishedMessagesAreRepeatedOnce() throws IOException {
    MessageId finished = store(NOW.minusSeconds(1000));
    finish(finished);
    MessageId lost = store(NOW.minusSeconds(999));
    MessageId young = store(NOW);

    assertThat(sweep(NOW.minusSeconds(900)).messages()).isEqualTo(1);
    assertThat(repeated).containsExactly(lost);
    assertThat(sweep(NOW.plusSeconds(1)).messages()).isEqualTo(1); // goes on where it ended
    assertThat(repeated).containsExactly(lost, young);
  }

  @Test
  void moreThanThereIsTimeForIsSweptInAsManyRunsAsItTakes() throws IOException {
    List<MessageId> lost = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      MessageId id = store(NOW.minusSeconds(5000).plusMillis(i));
      if (i % 500 == 0) {
        lost.add(id);
      } else {
        finish(id);
      }
    }
    Duration slow = Duration.ofSeconds(6); // each event
    events =
        id -> {
          synchronized (clock) {
            clock.advance(slow);
          }
          repeated.add(id);
        };

    List<Integer> found = new ArrayList<>();
    do {
      found.add(sweep(NOW.minusSeconds(900)).messages());
    } while (found.getLast() > 0 && found.size() < 10);

    assertThat(found).containsExactly(2, 2, 1, 0);
    assertThat(repeated).containsExactlyInAnyOrderElementsOf(lost);
  }

  @Test
  void whatWasSeenBeforeAFaultIsNotLookedAtAgain() throws IOException {
    for (int i = 0; i < 1500; i++) {
      store(NOW.minusSeconds(5000).plusMillis(i));
    }
    events =
        id -> {
          if (repeated.size() >= 1100) {
            throw new IOException("no answer");
          }
          repeated.add(id);
        };
    assertThatThrownBy(() -> sweep(NOW.minusSeconds(900))).isInstanceOf(IOException.class);

    events = repeated::add;
    assertThat(sweep(NOW.minusSeconds(900)).messages()).isBetween(500, 501);
  }

  @Test
  void entriesThatNobodyWasWokenForAreWokenInSpiteOfThoseBeingSent() throws IOException {
    EntryId first = waiting(NOW.minus(LATE).minusSeconds(60));
    EntryId second = waiting(NOW.minus(LATE));
    EntryId held = waiting(NOW.minus(LATE));
    EntryId later = waiting(NOW.plusSeconds(60));
    QueueEntry hold = entry(held);
    queue.replace(hold, hold.withStatus(Status.HELD, hold.nextAttempt()));
    queue.book(first, NOW, NOW.plusSeconds(960)); // late as it is: the oldest is being sent
    wakes.clear();

    assertThat(sweep(NOW).entries()).isEqualTo(1);
    assertThat(wakes).extracting(InMemoryOutboundQueue.Wake::id).containsExactly(second);
    assertThat(entry(later).status()).isEqualTo(Status.DEFERRED);
  }

  @Test
  void anAttemptThatCountsAsLostIsWokenFor() throws IOException {
    EntryId id = waiting(NOW.minus(LATE));
    queue.book(id, NOW, NOW.plusSeconds(960)); // and whoever did that is never heard of again
    clock.advance(Duration.ofHours(1));
    wakes.clear();

    assertThat(sweep(NOW).entries()).isEqualTo(1);
    assertThat(wakes).extracting(InMemoryOutboundQueue.Wake::id).containsExactly(id);
    assertThat(queue.book(id, clock.instant(), clock.instant().plusSeconds(960)))
        .isInstanceOf(Booking.Booked.class);
  }

  @Test
  void aFaultOfTheQueueDoesNotKeepMessagesFromBeingFound() throws IOException {
    MessageId lost = store(NOW.minusSeconds(5000));
    OutboundQueue silent =
        new Faults(new Random(1), 100, "waiting"::equals, () -> new IOException("no answer"))
            .in(OutboundQueue.class, queue);

    assertThatThrownBy(() -> sweep(silent, NOW)).isInstanceOf(IOException.class);

    assertThat(repeated).containsExactly(lost);
  }

  private SweepUnfinished.Found sweep(Instant settled) throws IOException {
    return sweep(queue, settled);
  }

  private SweepUnfinished.Found sweep(OutboundQueue entries, Instant settled) throws IOException {
    Instant now = clock.instant();
    return new SweepUnfinished(
            new SweepUnfinished.Ports(messages, traces, entries, id -> events.repeat(id), mark),
            clock)
        .sweep(settled, new SweepUnfinished.Time(now.plusSeconds(5), now.plusSeconds(10)));
  }

  private EntryId waiting(Instant due) throws IOException {
    QueueEntry entry =
        QueueEntry.first(
            new EntryId(Samples.id(due.minusSeconds(60)), "far.example", 0),
            Optional.empty(),
            100,
            List.of(
                new QueuedRecipient(
                    Samples.address("x@far.example"), java.util.Map.of(), Optional.empty())));
    queue.enqueue(List.of(entry));
    queue.putOff(entry.id(), "far.example", due, due);
    return entry.id();
  }

  private QueueEntry entry(EntryId id) {
    return queue.entries(id.message()).getFirst();
  }

  private MessageId store(Instant at) throws IOException {
    MessageId id = Samples.id(at);
    try (var draft = messages.begin(id, Samples.envelope())) {
      draft.commit();
    }
    return id;
  }

  private void finish(MessageId id) {
    traces.record(new Receipt(id, Samples.envelope(), 0, "", NOW, List.of()));
  }

  private static final class Mark implements SweepMark {
    private Optional<MessageId> mark = Optional.empty();

    @Override
    public Optional<MessageId> read() {
      return mark;
    }

    @Override
    public void write(MessageId written) {
      mark = Optional.of(written);
    }
  }
}
