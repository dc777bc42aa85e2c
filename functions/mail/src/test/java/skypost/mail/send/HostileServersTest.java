package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.net.TestTls;
import skypost.protocol.smtp.client.ConnectionPool;
import skypost.protocol.smtp.client.FakeMx;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.ServerIdentity;
import skypost.protocol.smtp.client.TlsDemand;

/**
 * Servers that break off, refuse for now or fall silent at every stage, for every way in which
 * content is sent: no message is lost, none bounced, and the only second copy is of a message whose
 * server said nothing of it after its end.
 */
class HostileServersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration IMPATIENCE = Duration.ofMillis(400);
  private static final String ANN = "ann@there.example";
  private static final String BOB = "bob@there.example";

  private SendingWorld world;

  @BeforeEach
  void start() throws IOException {
    world = new SendingWorld();
  }

  @AfterEach
  void stop() throws IOException {
    world.close();
  }

  private static Stream<Arguments> breaks() {
    return Way.breaks(
        List.of(
            FakeMx.CONNECT,
            "EHLO",
            "MAIL",
            "RCPT TO:<ann@",
            "RCPT TO:<bob@",
            "DATA",
            FakeMx.CONTENT,
            FakeMx.END_OF_DATA));
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void theNextExchangerTakesWhatOneBreaksOff(Way way, String stage, FakeMx.Act act)
      throws IOException {
    world.offer(way);
    world.first.always(stage, act);
    SendMessage send = sender(PATIENCE);
    EntryId id = world.enqueue(way.text(), ANN, BOB);

    attempt(send, id);

    assertThat(world.ends(id)).allMatch(end -> end.startsWith("Sent 250"));
    boolean unheard = way.leavesOpen(stage, act);
    assertThat(SendingWorld.taken(world.second)).containsExactly(ANN, BOB);
    assertThat(SendingWorld.taken(world.first)).matches(taken -> unheard || taken.isEmpty());
    assertThat(world.bounces()).isZero();
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void whatBothBreakOffOnceIsSentLater(Way way, String stage, FakeMx.Act act) throws IOException {
    world.offer(way);
    world.first.once(stage, act);
    world.second.once(stage, act);
    SendMessage send = sender(PATIENCE);
    EntryId id = world.enqueue(way.text(), ANN, BOB);

    untilSent(send, id);

    assertThat(world.bounces()).isZero();
    assertThat(world.now(id).status()).isEqualTo(Status.DONE);
    assertThat(world.messages.open(id.message())).as("freed once sent").isEmpty();
  }

  private static Stream<Arguments> refusals() {
    return stalls()
        .filter(each -> !each.get()[1].equals(FakeMx.CONTENT)) // nothing is said there
        .map(each -> Arguments.of(each.get()[0], each.get()[1], FakeMx.reply("451 4.7.1 not now")));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aRefusalForNowIsOvercomeOnTheSchedule(Way way, String stage, FakeMx.Act act)
      throws IOException {
    world.offer(way);
    world.first.once(stage, act);
    world.second.once(stage, act);
    SendMessage send = sender(PATIENCE);
    EntryId id = world.enqueue(way.text(), ANN, BOB);

    untilSent(send, id);

    assertThat(world.bounces()).isZero();
    assertThat(world.ends(id)).allMatch(end -> end.startsWith("Sent 250"));
  }

  private static Stream<Arguments> stalls() {
    return breaks()
        .filter(each -> each.get()[2].equals(FakeMx.drop()))
        .map(each -> Arguments.of(each.get()[0], each.get()[1]));
  }

  @ParameterizedTest
  @MethodSource("stalls")
  void silenceNeitherLosesNorBounces(Way way, String stage) throws IOException {
    world.offer(way);
    world.first.always(stage, FakeMx.stall());
    SendMessage send = sender(IMPATIENCE);
    EntryId id = world.enqueue(way.text(), ANN, BOB);

    attempt(send, id);
    boolean mayHaveIt =
        stage.equals(FakeMx.END_OF_DATA)
            || (way == Way.CHUNK_AHEAD && !List.of(FakeMx.CONNECT, "EHLO").contains(stage));
    if (mayHaveIt) {
      assertThat(world.second.commands()).as("no second copy at once").isEmpty();
    }
    untilSent(send, id);

    assertThat(SendingWorld.taken(world.second)).containsExactly(ANN, BOB);
    assertThat(world.bounces()).isZero();
  }

  /** The end of an invocation is no end of a message: it is recorded before. */
  @ParameterizedTest
  @ValueSource(strings = {FakeMx.CONNECT, "MAIL", FakeMx.CONTENT, FakeMx.END_OF_DATA})
  void whatIsNotOverByTheDeadlineIsRecordedAndTriedLater(String stage) throws IOException {
    world.first.once(stage, FakeMx.stall());
    SendMessage send = sender(PATIENCE);
    EntryId id = world.enqueue(Way.DATA.text(), ANN);

    Instant now = world.clock.instant(); // and no time is left for another server
    var time = new InvocationTime(now, now.plus(IMPATIENCE), IMPATIENCE.dividedBy(4), IMPATIENCE);
    send.send(SendingWorld.wake(id), time);

    assertThat(world.now(id).status()).isEqualTo(Status.DEFERRED);
    assertThat(world.now(id).attempts().getLast().reply().toString()).startsWith("451 4.4.");
    untilSent(send, id);
    assertThat(world.bounces()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void whoSays250AndDiesHasIt(Way way) throws IOException {
    world.offer(way);
    world.first.always(FakeMx.END_OF_DATA, FakeMx.drop("250 2.0.0 taken"));
    EntryId id = world.enqueue(way.text(), ANN, BOB);

    attempt(sender(PATIENCE), id);

    assertThat(world.ends(id)).allMatch(end -> end.startsWith("Sent 250"));
    assertThat(world.second.commands()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void everyRecipientHasItsOwnEnd(Way way) throws IOException {
    world.offer(way);
    world.first.always("RCPT TO:<gone@", FakeMx.reply("550 5.1.1 no such user"));
    world.first.once("RCPT TO:<bob@", FakeMx.reply("450 4.2.1 busy"));
    SendMessage send = sender(PATIENCE);
    EntryId id = world.enqueue(way.text(), ANN, "gone@there.example", BOB);

    attempt(send, id);
    assertThat(world.ends(id))
        .containsExactly("Sent 250 2.0.0 taken", "Bounced 550 5.1.1 no such user", "waiting");
    untilSent(send, id);

    assertThat(SendingWorld.taken(world.first)).containsExactly(ANN, BOB);
    assertThat(world.first.received())
        .allSatisfy(received -> assertThat(received.text()).isEqualTo(way.text()));
    assertThat(world.bounces()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", "drop", "454", "501", "421", "stall"})
  void brokenTlsIsNoReasonNotToDeliverWhereNobodyDemandsIt(String how) throws IOException {
    world.first.offers("STARTTLS", "PIPELINING").always("STARTTLS", broken(how));
    SendMessage send = sender(IMPATIENCE.multipliedBy(3));
    EntryId id = world.enqueue("x\r\n", ANN);

    untilSent(send, id);

    assertThat(SendingWorld.taken(world.first).size() + SendingWorld.taken(world.second).size())
        .isEqualTo(1);
    assertThat(world.bounces()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", "drop", "454", "501", "421", "stall", "not offered"})
  void nothingGoesInTheClearWhereTlsIsDemanded(String how) throws IOException {
    if (!how.equals("not offered")) {
      world.first.offers("STARTTLS", "PIPELINING").always("STARTTLS", broken(how));
    }
    SendMessage send =
        world.sender(demanding("mx.test"), new ConnectionPool(SendingWorld.client(IMPATIENCE)));
    EntryId id = world.enqueue("x\r\n", ANN);

    attempt(send, id);

    assertThat(world.ends(id)).containsExactly("waiting");
    assertThat(world.first.commands()).noneMatch(line -> line.startsWith("MAIL"));
    assertThat(world.bounces()).isZero();
  }

  @Test
  void anotherServersCertificateIsNoneAndTheReasonIsTold() throws IOException {
    world.first.offers("STARTTLS", "PIPELINING");
    SendMessage send =
        world.sender(demanding("mx9.test"), new ConnectionPool(SendingWorld.client(PATIENCE)));
    EntryId id = world.enqueue("x\r\n", ANN);

    attempt(send, id);

    assertThat(world.now(id).attempts().getLast().reply().toString())
        .startsWith("454 4.7.5 TLS is required by the policy of there.example")
        .contains("mx9.test");
  }

  private Routes demanding(String name) {
    var tls =
        new TlsDemand.Required(
            new ServerIdentity(TestTls.client(), name, true), "the policy of there.example");
    return (_, _, _, _) ->
        new Route.Via(List.of(new Hop(world.first.peer(), tls, Optional.empty())));
  }

  private static FakeMx.Act broken(String how) {
    return switch (how) {
      case "garbage" -> FakeMx.raw("220 go ahead\r\nthis is no handshake\r\n");
      case "drop" -> FakeMx.drop("220 go ahead");
      case "stall" -> FakeMx.stall();
      case "421" -> FakeMx.drop("421 4.3.2 closing");
      default -> FakeMx.reply(how + " " + how.charAt(0) + ".7.0 no TLS today");
    };
  }

  private SendMessage sender(Duration patience) throws IOException {
    return world.sender(world.routes(), new ConnectionPool(SendingWorld.client(patience)));
  }

  private void attempt(SendMessage send, EntryId id) throws IOException {
    send.send(SendingWorld.wake(id), world.time());
    send.rest();
  }

  /** Goes through the schedule as wakes do. */
  private void untilSent(SendMessage send, EntryId id) throws IOException {
    for (int i = 0; i < 4 && world.now(id).status() != Status.DONE; i++) {
      attempt(send, id);
      world.clock.advance(SendingWorld.WAIT.multipliedBy(2));
    }
    assertThat(world.ends(id)).noneMatch("waiting"::equals);
  }
}
