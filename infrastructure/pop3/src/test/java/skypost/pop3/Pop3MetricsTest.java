package skypost.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import skypost.mail.settings.EmbeddedMetricFormat;

/** What happens at the ports, in lines that CloudWatch understands. */
class Pop3MetricsTest {
  @Test
  void loginsMessagesAndRefusalsAreCounted() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver("Subject: hi\r\n\r\none\r\n", Pop3World.ANNA);
      long octets;
      try (Pop3TestClient client = world.connect()) {
        assertThat(client.login("anna@here.example", "wrong")).startsWith("-ERR");
        assertThat(client.login(Pop3World.ANNA.toString(), Pop3World.ANNA.local()))
            .startsWith("+OK");
        octets = Long.parseLong(client.say("LIST 1").split(" ")[2]);
        client.lines("TOP 1 0");
        client.lines("RETR 1");
        client.say("DELE 1");
        assertThat(client.say("NONSENSE")).startsWith("-ERR");
        assertThat(client.say("QUIT")).startsWith("+OK");
      }
      try (Pop3TestClient smuggler = world.connect()) {
        smuggler.send("CAPA\n");
        assertThat(smuggler.line()).startsWith("-ERR");
      }
      world.metrics.write();

      assertThat(EmbeddedMetricFormat.only(world.measured, Map.of("Door", "POP3")))
          .containsEntry("Connections", 2.0)
          .containsEntry("LoginFailures", 1.0)
          .containsEntry("Logins", 1.0)
          .containsEntry("Retrieved", 1.0)
          .containsEntry("Octets", (double) octets)
          .containsEntry("Removed", 1.0);
      assertThat(refused(world, "syntax")).isEqualTo(1.0);
      assertThat(refused(world, "bare-line-end")).isEqualTo(1.0);
    }
  }

  private static Object refused(Pop3World world, String reason) throws IOException {
    return EmbeddedMetricFormat.only(world.measured, Map.of("Door", "POP3", "Reason", reason))
        .get("Refused");
  }
}
