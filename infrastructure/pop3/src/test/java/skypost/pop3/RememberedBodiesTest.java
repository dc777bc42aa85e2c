package skypost.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages.StoredMessage;

/** What is read from the store once, and what again. */
class RememberedBodiesTest {
  @Test
  void aTopAndTheRetrievalBehindItReadTheMessageOnce() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver("Subject: once\r\n\r\nbody\r\n", Pop3World.ANNA);
      try (Pop3TestClient client = world.loggedIn(Pop3World.ANNA)) {
        assertThat(client.lines("TOP 1 0")).contains("Subject: once").doesNotContain("body");
        assertThat(client.lines("RETR 1")).contains("Subject: once", "body");
      }
      try (Pop3TestClient another = world.loggedIn(Pop3World.ANNA)) {
        assertThat(another.lines("RETR 1")).contains("Subject: once", "body");
      }
      assertThat(world.opened.opened).containsExactly(id);
    }
  }

  @Test
  void afterTenMinutesItIsReadAgain() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver("\r\nbody\r\n", Pop3World.ANNA);
      var bodies = new RememberedBodies(world.opened, world.clock);

      assertThat(text(bodies, id)).isEqualTo("\r\nbody\r\n");
      world.clock.advance(RememberedBodies.KEPT.minusSeconds(1));
      assertThat(text(bodies, id)).isEqualTo("\r\nbody\r\n");
      assertThat(world.opened.opened).hasSize(1);

      world.clock.advance(Duration.ofSeconds(1));
      assertThat(text(bodies, id)).isEqualTo("\r\nbody\r\n");
      assertThat(world.opened.opened).hasSize(2);
    }
  }

  @Test
  void largeMessagesAreReadEachTime() throws IOException {
    try (Pop3World world = new Pop3World()) {
      String line = "x".repeat(62) + "\r\n";
      String large = "\r\n" + line.repeat((int) RememberedBodies.MAX_SIZE / 64);
      MessageId id = world.deliver(large, Pop3World.ANNA);
      var bodies = new RememberedBodies(world.opened, Clock.systemUTC());

      assertThat(text(bodies, id)).isEqualTo(large);
      assertThat(text(bodies, id)).isEqualTo(large);
      assertThat(world.opened.opened).hasSize(2);
    }
  }

  @Test
  void theOldestMakesRoom() throws IOException {
    try (Pop3World world = new Pop3World()) {
      String body = "\r\n" + "x".repeat(60 << 10) + "\r\n";
      int fit = (int) (RememberedBodies.MAX_OCTETS / ((60 << 10) + 4 + (1 << 10)));
      var bodies = new RememberedBodies(world.opened, Clock.systemUTC());
      MessageId first = world.deliver(body, Pop3World.ANNA);
      text(bodies, first);
      for (int i = 1; i < fit; i++) {
        text(bodies, world.deliver(body, Pop3World.ANNA));
      }
      assertThat(bodies.holds(first)).isTrue();

      MessageId last = world.deliver(body, Pop3World.ANNA);
      text(bodies, last);

      assertThat(bodies.holds(first)).isFalse();
      assertThat(bodies.holds(last)).isTrue();
    }
  }

  @Test
  void whatIsDeletedIsForgotten() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver("\r\nbody\r\n", Pop3World.ANNA);
      var bodies = new RememberedBodies(world.opened, Clock.systemUTC());
      text(bodies, id);

      bodies.delete(List.of(id));

      assertThat(bodies.open(id)).isEmpty();
    }
  }

  private static String text(RememberedBodies bodies, MessageId id) throws IOException {
    try (StoredMessage message = bodies.open(id).orElseThrow()) {
      byte[] octets = message.content().readAllBytes();
      assertThat(message.size()).isEqualTo(octets.length);
      return new String(octets, StandardCharsets.ISO_8859_1);
    }
  }
}
