package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import skypost.mail.queue.Destination;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.smtp.client.ConnectionPool;
import skypost.protocol.smtp.client.FakeMx;

/**
 * One connection for several messages of a batch, and servers that break it off at every stage of
 * the second: a fresh one to the same host is no new attempt, and the only second copy is of a
 * message whose server said nothing of it after its end.
 */
class ReusedConnectionsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration IMPATIENCE = Duration.ofMillis(400);
  private static final String ANN = "ann@there.example";
  private static final String BOB = "bob@there.example";
  private static final List<String> STAGES =
      List.of("MAIL", "RCPT TO:<ann@", "RCPT TO:<bob@", "DATA", FakeMx.CONTENT, FakeMx.END_OF_DATA);

  private SendingWorld world;

  @BeforeEach
  void start() throws IOException {
    world = new SendingWorld();
  }

  @AfterEach
  void stop() throws IOException {
    world.close();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void severalMessagesOfABatchGoOverOneConnection(Way way) throws IOException {
    world.offer(way);
    SendMessage send = sender(LONG);
    for (int i = 0; i < 3; i++) {
      EntryId id = world.enqueue(way.text(), ANN, BOB);
      attempt(send, id);
      assertThat(world.ends(id)).allMatch(end -> end.startsWith("Sent 250"));
    }
    send.rest();

    world.first.awaitQuit();
    assertThat(said("EHLO")).isEqualTo(1);
    assertThat(said("MAIL")).isEqualTo(3);
    assertThat(said("QUIT")).isEqualTo(1);
    assertThat(world.first.received())
        .hasSize(3)
        .allSatisfy(received -> assertThat(received.text()).isEqualTo(way.text()));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void afterARefusalTheConnectionServesTheNextMessage(Way way) throws IOException {
    world.offer(way);
    world.first.once("RCPT TO:<ann@", FakeMx.reply("550 5.1.1 no such user"));
    world.first.once(FakeMx.END_OF_DATA, FakeMx.reply("554 5.6.0 not this one"));
    SendMessage send = sender(LONG);
    EntryId nobody = world.enqueue(way.text(), ANN);
    EntryId unwanted = world.enqueue(way.text(), BOB);
    EntryId good = world.enqueue(way.text(), ANN, BOB);

    attempt(send, nobody);
    attempt(send, unwanted);
    attempt(send, good);

    assertThat(world.ends(nobody)).containsExactly("Bounced 550 5.1.1 no such user");
    assertThat(world.ends(unwanted)).containsExactly("Bounced 554 5.6.0 not this one");
    assertThat(world.ends(good)).containsExactly("Sent 250 2.0.0 taken", "Sent 250 2.0.0 taken");
    assertThat(said("EHLO")).isEqualTo(1);
    assertThat(said("RSET")).isPositive();
  }

  private static Stream<Arguments> breaks() {
    return Way.breaks(STAGES);
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void thatOneUsedBeforeIsLostIsNoFailure(Way way, String stage, FakeMx.Act act)
      throws IOException {
    SendMessage send = usedBefore(way, LONG);
    world.first.once(stage, act);
    EntryId id = world.enqueue(way.text(), ANN, BOB);

    attempt(send, id);

    assertThat(world.ends(id)).allMatch(end -> end.startsWith("Sent 250"));
    assertThat(world.now(id).attemptsMade()).isEqualTo(1);
    assertThat(world.second.commands()).as("the same host is asked again").isEmpty();
    assertThat(said("EHLO")).isEqualTo(1);
    boolean unheard = way.leavesOpen(stage, act);
    List<String> taken = SendingWorld.taken(world.first);
    assertThat(taken).hasSizeBetween(2, unheard ? 4 : 2).contains(ANN, BOB);
    assertThat(world.bounces()).isZero();
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void theNextExchangerTakesWhatTheHostBreaksOffAgain(Way way, String stage, FakeMx.Act act)
      throws IOException {
    SendMessage send = usedBefore(way, LONG);
    world.first.always(stage, act);
    EntryId id = world.enqueue(way.text(), ANN, BOB);

    attempt(send, id);

    assertThat(world.ends(id)).allMatch(end -> end.startsWith("Sent 250"));
    assertThat(SendingWorld.taken(world.second)).containsExactly(ANN, BOB);
    boolean unheard = way.leavesOpen(stage, act);
    assertThat(SendingWorld.taken(world.first)).matches(taken -> unheard || taken.isEmpty());
    assertThat(world.bounces()).isZero();
  }

  private static Stream<Arguments> stalls() {
    return breaks()
        .filter(each -> each.get()[2].equals(FakeMx.drop()))
        .map(each -> Arguments.of(each.get()[0], each.get()[1]));
  }

  @ParameterizedTest
  @MethodSource("stalls")
  void silenceOnAConnectionUsedBeforeNeitherLosesNorBounces(Way way, String stage)
      throws IOException {
    SendMessage send = usedBefore(way, IMPATIENCE);
    world.first.always(stage, FakeMx.stall());
    EntryId id = world.enqueue(way.text(), ANN, BOB);

    for (int i = 0; i < 4 && world.now(id).status() != Status.DONE; i++) {
      attempt(send, id);
      world.clock.advance(SendingWorld.WAIT.multipliedBy(2));
    }

    assertThat(world.ends(id)).allMatch(end -> end.startsWith("Sent 250"));
    assertThat(SendingWorld.taken(world.second)).containsExactly(ANN, BOB);
    assertThat(world.bounces()).isZero();
  }

  private static Stream<Arguments> refusals() { // while content comes nothing is said
    return stalls().filter(each -> !each.get()[1].equals(FakeMx.CONTENT));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aRefusalForNowIsNoReasonToAskAgainAtOnce(Way way, String stage) throws IOException {
    SendMessage send = usedBefore(way, LONG);
    world.first.once(stage, FakeMx.reply("451 4.7.1 not now"));
    EntryId id = world.enqueue(way.text(), ANN, BOB);

    attempt(send, id);
    boolean isOfTheMessage = !stage.equals("MAIL"); // that says nothing of it: the next is asked
    assertThat(world.second.commands().isEmpty()).isEqualTo(isOfTheMessage);
    world.clock.advance(SendingWorld.WAIT.multipliedBy(2));
    attempt(send, id);

    assertThat(world.ends(id)).allMatch(end -> end.startsWith("Sent 250"));
    assertThat(world.bounces()).isZero();
  }

  /** What waited for a destination goes in rounds of 1, 2 and 4, and shares its connections. */
  @Test
  void aDestinationThatIsBackGetsAllOverTheConnectionsOfTheFirstRounds() throws IOException {
    SendMessage send = sender(LONG);
    List<EntryId> waiting = new ArrayList<>();
    Instant now = world.clock.instant();
    for (int i = 0; i < 7; i++) {
      EntryId id = world.enqueue(Way.DATA.text(), ANN);
      world.queue.putOff(id, id.destination(), now, now.plusSeconds(3600));
      waiting.add(id);
    }
    Destination seen = world.destinations.find("there.example");
    world.destinations.replace(seen, seen.recovering(1, Optional.empty()), now);

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      SendDue due = world.due(send, threads);
      due.destination("there.example", now, world.time());
      due.rest();
    }

    assertThat(waiting).allMatch(id -> world.now(id).status() == Status.DONE);
    assertThat(said("MAIL")).isEqualTo(7);
    assertThat(said("EHLO")).isEqualTo(1);
  }

  /** A sender that has an open connection to the first server. */
  private SendMessage usedBefore(Way way, Duration patience) throws IOException {
    world.offer(way);
    SendMessage send = sender(patience);
    attempt(send, world.enqueue(way.text(), ANN));
    world.first.reset();
    return send;
  }

  /** With one connection at a time, which is not closed by its age. */
  private SendMessage sender(Duration patience) throws IOException {
    var limits = new ConnectionPool.Limits(1, LONG, LONG, LONG, 100);
    return world.sender(world.routes(), new ConnectionPool(SendingWorld.client(patience), limits));
  }

  private void attempt(SendMessage send, EntryId id) throws IOException {
    send.send(SendingWorld.wake(id), world.time());
  }

  private long said(String verb) {
    return world.first.commands().stream().filter(line -> line.startsWith(verb)).count();
  }
}
