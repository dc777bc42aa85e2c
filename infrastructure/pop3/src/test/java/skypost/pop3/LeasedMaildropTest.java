package skypost.pop3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static skypost.pop3.Pop3World.ANNA;

import java.io.InputStream;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.protocol.pop3.Maildrop;

/** What a lease does while a message is sent, which takes a slow client long. */
class LeasedMaildropTest {
  @Test
  void aLeaseThatIsLostWhileAMessageIsSentIsNotLookedForWithEveryBlock() throws Exception {
    try (Pop3World world = new Pop3World()) {
      world.deliver("Subject: hi\r\n\r\nHello\r\n", ANNA);
      Maildrop maildrop = maildrop(world);
      assertThat(maildrop.hold()).isTrue();
      try (InputStream message =
          maildrop.open(maildrop.messages().getFirst(), new Maildrop.Wanted(true, true))) {
        world.memory.endLease(ANNA, Optional.empty());
        world.clock.advance(LeasedMaildrop.LEASE);
        world.mailboxes.calls.clear();

        assertThat(new String(message.readAllBytes(), US_ASCII))
            .endsWith("Hello\r\n"); // two reads at least
        assertThat(world.mailboxes.calls).containsExactly("status");
      }
      assertThatThrownBy(maildrop::hold).isInstanceOf(Maildrop.Overtaken.class);
      assertThat(world.status(ANNA).lease()).isEmpty();
    }
  }

  private static Maildrop maildrop(Pop3World world) {
    var bodies = new RememberedBodies(world.messages, world.clock);
    var stores = new MailboxLogins.Stores(world.mailboxes, bodies, new Prefetch.Room());
    return new LeasedMaildrop(ANNA, "me", world.status(ANNA), stores, world.clock);
  }
}
