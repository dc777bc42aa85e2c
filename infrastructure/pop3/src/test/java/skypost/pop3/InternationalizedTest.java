package skypost.pop3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.message.Envelope;
import skypost.protocol.address.EmailAddress;

/** RFC 6856: who gets UTF-8 in header fields, and who does not. */
class InternationalizedTest {
  private static final EmailAddress JOSE = new EmailAddress("josé", "there.example");
  private static final byte[] ASCII = "Subject: hello\r\n\r\nÄ\r\n".getBytes(UTF_8);
  private static final byte[] CHINESE = "Subject: 你好\r\n\r\nÄ\r\n".getBytes(UTF_8);

  @Test
  void aMessageWithUtf8InItsHeaderIsOnlyForThoseWhoSaidSo() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(CHINESE, envelope(new EmailAddress("carl", "there.example")), Pop3World.ANNA);
      try (Pop3TestClient client = world.loggedIn(Pop3World.ANNA)) {
        assertThat(client.say("RETR 1")).startsWith("-ERR [UTF8]");
        assertThat(client.say("QUIT")).startsWith("+OK");
      }
      try (Pop3TestClient client = world.connect()) {
        client.say("UTF8");
        client.login("anna@here.example", "anna");
        assertThat(new String(client.retrieve("RETR 1"), UTF_8))
            .endsWith(new String(CHINESE, UTF_8));
      }
    }
  }

  @Test
  void aSenderInUtf8IsEnoughForReturnPathShowsHim() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(ASCII, envelope(JOSE), Pop3World.ANNA);
      try (Pop3TestClient client = world.loggedIn(Pop3World.ANNA)) {
        assertThat(client.say("RETR 1")).startsWith("-ERR [UTF8]");
      }
    }
  }

  @Test
  void wherePeersOnlyAskedForItTheMessageIsForEverybody() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(ASCII, envelope(new EmailAddress("carl", "there.example")), Pop3World.ANNA);
      try (Pop3TestClient client = world.loggedIn(Pop3World.ANNA)) {
        assertThat(new String(client.retrieve("RETR 1"), UTF_8)).endsWith(new String(ASCII, UTF_8));
      }
    }
  }

  private static Envelope envelope(EmailAddress sender) {
    return new Envelope(
        Optional.of(sender),
        Map.of("SMTPUTF8", ""),
        List.of(new Envelope.Recipient(Pop3World.ANNA)),
        Envelope.Origin.internal(Instant.EPOCH, "mx"));
  }
}
