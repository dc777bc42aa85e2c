package skypost.mail.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.HostPort;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.ByHand.What;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;

/** One entry, by hand. */
class SteerEntryTest {
  private static final QueueAction BOUNCED = new QueueAction.Delete(true);
  private static final String OPERATION = "operation 01m88ve4d0p5y83py2cx";

  private final QueueByHand world = new QueueByHand();
  private final SteerEntry steer = world.steer();

  @Test
  void theSenderIsToldBeforeAnythingIsForgotten() throws IOException {
    QueueEntry entry = world.defer("bob");
    world.storeFails(true);

    assertThatThrownBy(() -> steer.apply(entry, BOUNCED, ByHand.API))
        .isInstanceOf(IOException.class);

    assertThat(world.now(entry).status()).isEqualTo(Status.HELD); // and so not tried meanwhile
    assertThat(world.messages.open(entry.id().message())).isPresent();
    assertThat(steer.apply(world.now(entry), new QueueAction.Release(), ByHand.API)).isEmpty();

    world.storeFails(false);
    assertThat(steer.apply(world.now(entry), new QueueAction.Delete(false), ByHand.API))
        .isPresent(); // goes on with what was begun
    assertThat(world.now(entry).status()).isEqualTo(Status.DONE);
    assertThat(world.messages.open(entry.id().message())).isEmpty();
    assertThat(world.bounces()).hasSize(1);
  }

  @Test
  void anAttemptThatBeginsMeanwhileIsNotBounced() throws IOException {
    QueueEntry seen = world.defer("bob");
    world.book(seen.id(), QueueByHand.NOW.plusSeconds(300));

    assertThat(steer.apply(seen, BOUNCED, ByHand.API)).isEmpty();

    assertThat(world.bounces()).isEmpty();
    assertThat(world.now(seen).status()).isEqualTo(Status.SENDING);
  }

  @Test
  void anOperationDoesNothingTwice() throws IOException {
    QueueEntry seen = world.defer("bob");
    steer.apply(seen, new QueueAction.Retry(), OPERATION);
    QueueEntry retried = world.now(seen);
    world.book(seen.id(), QueueByHand.NOW);
    world.queue.finish(
        world.now(seen).withStatus(Status.DEFERRED, QueueByHand.NOW.plusSeconds(900)));

    assertThat(steer.apply(world.now(seen), new QueueAction.Retry(), OPERATION)).isPresent();

    assertThat(retried.nextAttempt()).isEqualTo(QueueByHand.NOW);
    assertThat(world.now(seen).nextAttempt()).isEqualTo(QueueByHand.NOW.plusSeconds(900));
    assertThat(world.now(seen).byHand().steps())
        .extracting(ByHand.Step::what)
        .containsExactly(What.RETRIED);
  }

  @Test
  void aHeldEntryMayBeReroutedAndTheWayTakenBack() throws IOException {
    QueueEntry entry = world.defer("bob");
    var other = Optional.of(new HostPort("other.example", 2525));
    steer.apply(entry, new QueueAction.Hold(), ByHand.API);

    steer.apply(world.now(entry), new QueueAction.Reroute(other), ByHand.API);
    assertThat(world.now(entry).byHand().route()).isEqualTo(other);
    assertThat(world.now(entry).status()).isEqualTo(Status.HELD);

    steer.apply(world.now(entry), new QueueAction.Reroute(Optional.empty()), ByHand.API);
    assertThat(world.now(entry).byHand().route()).isEmpty();
    assertThat(world.now(entry).byHand().steps())
        .extracting(ByHand.Step::what, ByHand.Step::detail)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(What.HELD, ""),
            org.assertj.core.groups.Tuple.tuple(What.REROUTED, "other.example:2525"),
            org.assertj.core.groups.Tuple.tuple(What.REROUTED, ""));
  }
}
