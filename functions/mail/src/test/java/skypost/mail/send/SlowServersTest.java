package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.smtp.client.ConnectionPool;
import skypost.protocol.smtp.client.FakeMx;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;

/**
 * Servers that are slow, and invocations that end: nobody is cut off between the end of a message
 * and the answer to it, and so nobody gets it twice.
 */
class SlowServersTest {
  private static final Duration FINAL_REPLY = Duration.ofSeconds(20);

  /** Before the end of a message; servers here take longer. */
  private static final Duration LITTLE = Duration.ofSeconds(1);

  private static final Duration MORE_THAN_HALF = Duration.ofMillis(600);

  private static final String ANN = "ann@there.example";

  private SendingWorld world;
  private SendMessage send;

  @BeforeEach
  void start() throws IOException {
    world = new SendingWorld();
    world.dns.remove("mx2.there.example").remove("there.example");
    world.dns.add("there.example", "MX", "10 mx1.there.example.");
    send =
        world.sender(
            world.routes(), new ConnectionPool(new SmtpClient("mx.us.example", Timeouts.STANDARD)));
  }

  @AfterEach
  void stop() throws IOException {
    world.close();
  }

  /** An invocation in which servers have hardly any time but for their last reply. */
  private void attemptWithLittleTime(EntryId id) throws IOException {
    Duration whole = FINAL_REPLY.plus(LITTLE);
    send.send(SendingWorld.wake(id), SendingWorld.time(world.clock.instant(), whole, FINAL_REPLY));
    send.rest();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void whoIsSlowBeforeTheContentDoesNotGetItWhenItsLastReplyCouldNotBeHeard(Way way)
      throws IOException {
    world.offer(way);
    world.first.once("EHLO", FakeMx.after(MORE_THAN_HALF, ehlo(way)));
    if (way == Way.CHUNK_AHEAD) { // the content goes with MAIL
      world.first.once(FakeMx.CONNECT, FakeMx.after(MORE_THAN_HALF, "220 mx.test ESMTP"));
    } else {
      world.first.once("RCPT", FakeMx.after(MORE_THAN_HALF, "250 2.1.5 well then"));
    }
    EntryId id = world.enqueue(way.text(), ANN);

    attemptWithLittleTime(id);

    world.first.awaitNobody();
    assertThat(world.first.commands()).noneMatch(SlowServersTest::isContent);
    assertThat(world.now(id).status()).isEqualTo(Status.DEFERRED);
    assertSentOnceInTheNext(id, way);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void whoTakesTheContentTooSlowlyNeverSeesItsEnd(Way way) throws IOException {
    world.offer(way);
    CountDownLatch gaveUp = new CountDownLatch(1);
    // It answers nothing, and does not even read: what is on its way fills all buffers
    world.first.once(FakeMx.CONTENT, FakeMx.pause(gaveUp::await, FakeMx.reply()));
    boolean answersChunks = !way.name().startsWith("DATA"); // of which few go ahead of answers
    String huge =
        way.text() + ".a line like any other\r\n".repeat(answersChunks ? 80_000 : 700_000);
    EntryId id = world.enqueue(huge, ANN);

    attemptWithLittleTime(id);
    gaveUp.countDown(); // and now it reads all that it was sent

    world.first.awaitNobody();
    assertThat(world.first.received()).isEmpty();
    assertThat(world.now(id).status()).isEqualTo(Status.DEFERRED);
    assertThat(world.now(id).attempts().getLast().reply().toString()).startsWith("451 4.4.2");
    assertSentOnceInTheNext(id, way);
  }

  /** It answers when all other time of the invocation is over. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void whoIsSlowWithItsLastReplyIsHeard(Way way) throws IOException {
    world.offer(way);
    world.first.once(
        FakeMx.END_OF_DATA, FakeMx.after(Duration.ofSeconds(1), "250 2.0.0 taken at last"));
    EntryId id = world.enqueue(way.text(), ANN);

    send.send(
        SendingWorld.wake(id),
        SendingWorld.time(world.clock.instant(), FINAL_REPLY.multipliedBy(2), FINAL_REPLY));

    assertThat(world.ends(id)).containsExactly("Sent 250 2.0.0 taken at last");
    assertThat(world.first.received()).hasSize(1);
  }

  /** Where the envelope goes in the same breath, the server may think about that for as long. */
  @Test
  void whoHasTheWholeMessageIsWaitedForWhicheverReplyTakesLong() throws IOException {
    world.offer(Way.CHUNK_AHEAD);
    world.first.once("MAIL", FakeMx.after(Duration.ofSeconds(4), "250 2.1.0 well then"));
    EntryId id = world.enqueue(Way.CHUNK_AHEAD.text(), ANN);
    Duration envelope = Duration.ofSeconds(3); // no reply before the content is waited for longer
    var time = SendingWorld.time(world.clock.instant(), FINAL_REPLY.plus(envelope), FINAL_REPLY);

    send.send(SendingWorld.wake(id), time);

    assertThat(world.ends(id)).containsExactly("Sent 250 2.0.0 taken");
    assertThat(world.first.received()).hasSize(1);
  }

  private static boolean isContent(String command) {
    return command.startsWith("DATA") || command.startsWith("BDAT");
  }

  private static String[] ehlo(Way way) {
    List<String> keywords = List.of(way.extensions());
    String[] lines = new String[keywords.size() + 1];
    lines[0] = "250-mx.test";
    for (int i = 0; i < keywords.size(); i++) {
      lines[i + 1] = (i == keywords.size() - 1 ? "250 " : "250-") + keywords.get(i);
    }
    return lines;
  }

  private void assertSentOnceInTheNext(EntryId id, Way way) throws IOException {
    world.clock.advance(SendingWorld.WAIT.multipliedBy(2));
    send.send(SendingWorld.wake(id), world.time());
    send.rest();
    assertThat(world.ends(id)).as("%s", way).allMatch(end -> end.startsWith("Sent 250"));
    assertThat(world.first.received()).hasSize(1);
    assertThat(world.bounces()).isZero();
  }
}
