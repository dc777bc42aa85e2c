package skypost.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import skypost.mail.message.MessageId;

/** What a client that takes its messages in order waits for, and what it does not. */
@Timeout(60)
class PrefetchTest {

  @Test
  void theNextBodiesAreAskedForWhileTheFirstIsOnItsWay() throws IOException {
    try (Pop3World world = new Pop3World()) {
      List<MessageId> ids = deliver(world, 20);
      world.opened.answers = new CountDownLatch(1);
      try (Pop3TestClient client = world.loggedIn(Pop3World.ANNA)) {
        client.send("RETR 1\r\n");

        world.opened.awaitOpened(Prefetch.WINDOW + 1);
        assertThat(world.opened.opened)
            .containsExactlyInAnyOrderElementsOf(ids.subList(0, Prefetch.WINDOW + 1));
        world.opened.answers.countDown();
        assertThat(client.line()).startsWith("+OK");
      }
    }
  }

  @Test
  void whoTakesAllGetsAllInOrderAndEachIsReadOnce() throws IOException {
    try (Pop3World world = new Pop3World()) {
      deliver(world, 50);
      try (Pop3TestClient client = world.loggedIn(Pop3World.ANNA)) {
        for (int i = 1; i <= 50; i++) {
          assertThat(text(client.retrieve("RETR " + i))).endsWith("\r\n\r\nbody " + i + "\r\n");
        }
        assertThat(world.opened.opened).hasSize(50).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void whoJumpsGetsWhatHeAsksFor() throws IOException {
    try (Pop3World world = new Pop3World()) {
      deliver(world, 50);
      try (Pop3TestClient client = world.loggedIn(Pop3World.ANNA)) {
        for (int i : new int[] {1, 2, 40, 41, 3, 50, 1}) {
          assertThat(text(client.retrieve("RETR " + i))).endsWith("\r\n\r\nbody " + i + "\r\n");
        }
      }
    }
  }

  @Test
  void lookingAtTheTopsReadsNothingAhead() throws IOException {
    try (Pop3World world = new Pop3World()) {
      deliver(world, 20);
      try (Pop3TestClient client = world.loggedIn(Pop3World.ANNA)) {
        client.lines("TOP 1 0");
        client.lines("TOP 2 0");

        assertThat(world.opened.opened).hasSize(2);
      }
    }
  }

  @Test
  void largeMessagesAreNotHeldInMemory() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId small = world.deliver("\r\nsmall\r\n", Pop3World.ANNA);
      String line = "x".repeat(62) + "\r\n";
      world.deliver("\r\n" + line.repeat((int) Prefetch.MAX_SIZE / 64), Pop3World.ANNA);
      try (Pop3TestClient client = world.loggedIn(Pop3World.ANNA)) {
        client.lines("RETR 1");

        assertThat(world.opened.opened).containsExactly(small);
        assertThat(client.lines("RETR 2")).hasSizeGreaterThan((int) Prefetch.MAX_SIZE / 64);
      }
    }
  }

  @Test
  void aFaultThatNobodyWaitedForIsTriedAgain() throws IOException {
    try (Pop3World world = new Pop3World()) {
      deliver(world, 10);
      world.opened.failsAhead = true;
      try (Pop3TestClient client = world.loggedIn(Pop3World.ANNA)) {
        for (int i = 1; i <= 10; i++) {
          assertThat(text(client.retrieve("RETR " + i))).endsWith("body " + i + "\r\n");
        }
      }
    }
  }

  @Test
  void whatWasReadAheadMakesRoomAgain() throws IOException {
    try (Pop3World world = new Pop3World()) {
      deliver(world, 20);
      Prefetch.Room room = new Prefetch.Room();
      int all = room.octets().availablePermits();
      var entries = world.memory.open(Pop3World.ANNA, "INBOX").orElseThrow().messages();
      Prefetch prefetch =
          new Prefetch(new RememberedBodies(world.messages, java.time.Clock.systemUTC()), room);

      prefetch.open(entries, 0, true).orElseThrow().close();
      prefetch.open(entries, 1, true).orElseThrow().close();
      assertThat(room.octets().availablePermits()).isLessThan(all);
      prefetch.open(entries, 15, true).orElseThrow().close();
      prefetch.close();
      assertThat(room.octets().availablePermits()).isEqualTo(all);
    }
  }

  private static List<MessageId> deliver(Pop3World world, int count) throws IOException {
    List<MessageId> ids = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      ids.add(world.deliver("Subject: " + i + "\r\n\r\nbody " + i + "\r\n", Pop3World.ANNA));
    }
    return ids;
  }

  private static String text(byte[] message) {
    return new String(message, StandardCharsets.ISO_8859_1);
  }
}
