package skypost.mail.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skypost.mail.memory.InMemoryQueueOperations;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.queue.QueueFilter;
import skypost.mail.queue.QueueOperation;
import skypost.mail.queue.QueueOperation.Progress;
import skypost.mail.queue.QueueOperations;

/** Operations on many entries, with crashes. */
class RunOperationTest {
  private static final int MANY = 3 * RunOperation.AT_ONCE + 7;
  private static final Instant DEADLINE = QueueByHand.NOW.plus(Duration.ofMinutes(10));
  private static final OperationId ID = OperationId.at(QueueByHand.NOW, new Random(1));

  private final QueueByHand world = new QueueByHand();
  private final List<OperationId> wakes = new ArrayList<>();
  private final InMemoryQueueOperations operations = new InMemoryQueueOperations(wakes::add);

  static List<QueueAction> actions() {
    return List.of(
        new QueueAction.Retry(),
        new QueueAction.Hold(),
        new QueueAction.Delete(false),
        new QueueAction.Delete(true));
  }

  @ParameterizedTest
  @MethodSource("actions")
  void everyEntryIsDealtWithAndCountedOnceWhateverDies(QueueAction action) throws IOException {
    List<QueueEntry> entries = many();
    world.book(entries.getFirst().id(), QueueByHand.NOW.plusSeconds(300)); // cannot be
    operations.begin(QueueOperation.begin(ID, QueueFilter.ALL, action, QueueByHand.NOW));
    Dying dying = new Dying();
    RunOperation run = run(dying);

    while (!progressDone()) { // each round lives for one record longer than it should
      dying.left = 1;
      assertThatThrownBy(() -> run.run(ID, DEADLINE)).isInstanceOf(IOException.class);
      dying.left = 1;
      dying.dead = false;
      try {
        run.run(ID, DEADLINE);
      } catch (IOException died) {
        dying.dead = false;
      }
    }

    Progress progress = operations.find(ID).orElseThrow().progress();
    assertThat(progress.done()).isEqualTo(MANY - 1);
    assertThat(progress.failed()).isEqualTo(1);
    assertThat(world.bounces()).hasSize(action.equals(new QueueAction.Delete(true)) ? MANY - 1 : 0);
    assertThat(entries.subList(1, MANY))
        .allSatisfy(entry -> assertThat(world.now(entry).byHand().steps()).hasSize(1));
    assertThat(world.now(entries.getFirst()).status()).isEqualTo(Status.SENDING);
  }

  @Test
  void itIsHandedOnWhenTimeIsOver() throws IOException {
    List<QueueEntry> entries = many();
    operations.begin(
        QueueOperation.begin(ID, QueueFilter.ALL, new QueueAction.Hold(), QueueByHand.NOW));
    RunOperation run = run(operations);
    int invocations = 0;

    while (!wakes.isEmpty()) {
      run.run(wakes.removeFirst(), QueueByHand.NOW); // no time at all
      invocations++;
    }

    assertThat(invocations).isGreaterThan(MANY / RunOperation.AT_ONCE);
    assertThat(entries).allMatch(entry -> world.now(entry).status() == Status.HELD);
    assertThat(operations.find(ID).orElseThrow().progress().total()).isEqualTo(MANY);
  }

  @Test
  void onlyWhatTheFilterMeansAndWasThereIsTouched() throws IOException {
    QueueEntry bob = world.defer("bob");
    QueueEntry eve = world.defer("eve");
    QueueFilter onlyBob =
        new QueueFilter(
            Optional.of("far.example"),
            Optional.of(Optional.of(QueueByHand.ANN)),
            Optional.of(Status.DEFERRED),
            Optional.of(bob.recipients().getFirst().address()),
            Optional.empty());
    operations.begin(
        QueueOperation.begin(ID, onlyBob, new QueueAction.Delete(false), QueueByHand.NOW));
    OperationId older = OperationId.at(QueueByHand.ACCEPTED, new Random(2));
    operations.begin( // begun before either message was accepted
        QueueOperation.begin(older, QueueFilter.ALL, new QueueAction.Hold(), QueueByHand.ACCEPTED));

    run(operations).run(ID, DEADLINE);
    run(operations).run(older, DEADLINE);

    assertThat(world.now(bob).status()).isEqualTo(Status.DONE);
    assertThat(world.now(eve)).isEqualTo(eve);
    assertThat(operations.find(older).orElseThrow().progress().total()).isZero();
  }

  private boolean progressDone() {
    return operations.find(ID).orElseThrow().isDone();
  }

  private List<QueueEntry> many() throws IOException {
    List<QueueEntry> entries = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      entries.add(world.defer("user" + i));
    }
    return entries;
  }

  private RunOperation run(QueueOperations on) {
    var steer = world.steer();
    var queue = new ManageQueue(world.queue, world.messages, steer, world.clock);
    return new RunOperation(on, queue, steer, world.clock);
  }

  /** Dies before a record of progress. */
  private final class Dying implements QueueOperations {
    private int left;
    private boolean dead;

    @Override
    public void begin(QueueOperation operation) {
      operations.begin(operation);
    }

    @Override
    public Optional<QueueOperation> find(OperationId id) {
      return operations.find(id);
    }

    @Override
    public boolean replace(QueueOperation seen, QueueOperation wanted) throws IOException {
      if (dead || left-- <= 0) {
        dead = true;
        throw new IOException("died");
      }
      return operations.replace(seen, wanted);
    }

    @Override
    public void wake(OperationId id) {
      operations.wake(id);
    }
  }
}
