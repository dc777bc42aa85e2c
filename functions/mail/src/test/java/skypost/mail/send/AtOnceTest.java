package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.send.SendDue.Limits;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Transaction;

/** How many messages go to one destination at once. */
class AtOnceTest {
  private static final int TOGETHER = 4;
  private static final int EACH = 6;

  private SendingWorld world;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeEach
  void start() throws IOException {
    world = new SendingWorld();
  }

  @AfterEach
  void stop() throws IOException {
    threads.shutdownNow();
    world.close();
  }

  /** Servers that take a message when somebody says so. */
  private static final class Servers implements Courier {
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final Waiting until;

    @FunctionalInterface
    private interface Waiting {
      void await() throws Exception;
    }

    Servers(Waiting until) {
      this.until = until;
    }

    @Override
    public Delivery deliver(List<Hop> hops, Transaction transaction, Patience patience) {
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      try {
        until.await();
      } catch (Exception late) {
        throw new AssertionError("there are not so many at once", late);
      } finally {
        inside.decrementAndGet();
      }
      return Delivery.everybody(1, Simulation.TAKEN);
    }
  }

  private SendDue function(Servers servers, Limits limits) throws IOException {
    return world.due(world.sender(world.routes(), servers), threads, limits);
  }

  /** Two functions, and each its share: always four at once, and never more. */
  @Test
  void allFunctionsTogetherKeepToTheLimitAndUseIt() throws Exception {
    CyclicBarrier four = new CyclicBarrier(TOGETHER);
    Servers servers = new Servers(() -> four.await(20, TimeUnit.SECONDS));
    Limits limits = new Limits(TOGETHER, 2);
    List<EntryId> entries = new ArrayList<>();
    List<Future<?>> runs = new ArrayList<>();
    for (int function = 0; function < 2; function++) {
      SendDue due = function(servers, limits);
      for (int i = 0; i < EACH; i++) {
        EntryId id = world.enqueue("x\r\n", "bob" + i + "@there.example");
        entries.add(id);
        runs.add(threads.submit(() -> due.entry(SendingWorld.wake(id), world.time())));
      }
    }
    for (Future<?> run : runs) {
      run.get(30, TimeUnit.SECONDS);
    }

    assertThat(servers.most).hasValue(TOGETHER);
    assertThat(entries).allSatisfy(id -> assertThat(world.now(id).status()).isEqualTo(Status.DONE));
  }

  @Test
  void oneDestinationDoesNotHoldUpAnother() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    Servers servers = new Servers(() -> both.await(20, TimeUnit.SECONDS));
    SendDue due = function(servers, new Limits(1, 1));
    EntryId here = world.enqueue("x\r\n", "bob@there.example");
    EntryId there = world.enqueue("x\r\n", "bob@[127.0.0.9]");

    var run = threads.submit(() -> due.entry(SendingWorld.wake(here), world.time()));
    due.entry(SendingWorld.wake(there), world.time());
    run.get(30, TimeUnit.SECONDS);

    assertThat(world.now(here).status()).isEqualTo(Status.DONE);
    assertThat(world.now(there).status()).isEqualTo(Status.DONE);
  }

  /** No place came free: another invocation is woken at once, and no attempt has been made. */
  @Test
  void whoGetsNoPlaceInTimeIsWokenAgainAndLosesNoAttempt() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    Servers servers =
        new Servers(() -> {
          begun.countDown();
          over.await();
        });
    SendDue due = function(servers, new Limits(1, 1));
    EntryId first = world.enqueue("x\r\n", "ann@there.example");
    EntryId second = world.enqueue("x\r\n", "bob@there.example");
    var run = threads.submit(() -> due.entry(SendingWorld.wake(first), world.time()));
    begun.await();
    int wakes = world.wakesOf(second);
    Instant now = world.clock.instant();

    Duration little = Duration.ofMillis(50);
    InvocationTime time = SendingWorld.time(now, little.plusSeconds(600), Duration.ofSeconds(600));
    assertThat(due.entry(SendingWorld.wake(second), time)).isEqualTo(SendDue.Result.DONE);

    assertThat(world.wakesOf(second)).isEqualTo(wakes + 1);
    QueueEntry untouched = world.now(second);
    assertThat(untouched.attemptsMade()).isZero();
    assertThat(untouched.status()).isEqualTo(Status.QUEUED);
    over.countDown();
    run.get(30, TimeUnit.SECONDS);
    due.entry(SendingWorld.wake(second), world.time());
    assertThat(world.ends(second)).containsExactly("Sent 250 2.0.0 ok");
  }

  /** Of a batch for a server that is down those who waited for a place are not tried. */
  @Test
  void whoWaitedWhileTheDestinationFailedIsPutOff() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    AtomicInteger tried = new AtomicInteger();
    Courier down =
        (hops, transaction, patience) -> {
          tried.incrementAndGet();
          begun.countDown();
          try {
            over.await();
          } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
          }
          return Courier.Delivery.everybody(1, Simulation.REFUSED);
        };
    SendDue due = world.due(world.sender(world.routes(), down), threads, new Limits(1, 1));
    List<EntryId> entries = new ArrayList<>();
    List<Future<?>> runs = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      EntryId id = world.enqueue("x\r\n", "bob" + i + "@there.example");
      entries.add(id);
      runs.add(threads.submit(() -> due.entry(SendingWorld.wake(id), world.time())));
    }
    begun.await();
    over.countDown();
    for (Future<?> run : runs) {
      run.get(30, TimeUnit.SECONDS);
    }

    assertThat(tried).hasValue(1);
    assertThat(entries)
        .allSatisfy(id -> assertThat(world.now(id).status()).isEqualTo(Status.DEFERRED));
    assertThat(world.destinations.find("there.example").failuresWithThis()).isEqualTo(2);
    assertThat(Optional.of(world.queue.countWaitingFor("there.example").entries())).contains(EACH);
  }
}
