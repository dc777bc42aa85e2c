package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two readers of one mailbox, and an administrator, on the running system. */
@Timeout(120)
class MaildropWayTest {
  @TempDir private static Path data;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    system = LocalProcess.start(data, Map.of());
    system.users("example.com", "alice", "bob", "carol");
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  @Test
  void aMaildropThatIsHeldIsRefusedAtLoginUntilTheAdministratorEndsTheLease() throws Exception {
    String lease = "/v1/users/alice@example.com/maildrop/lease";
    deliver("alice@example.com", "one");
    assertThat(system.api("GET", lease, null).status()).isEqualTo(404);
    try (MailClient reader = MailClient.pop3(system.port("pop3"), "alice@example.com")) {
      reader.lines("RETR 1");
      reader.command("DELE 1");

      assertThat(login("alice@example.com")).startsWith("-ERR [IN-USE]");
      var held = system.api("GET", lease, null);
      assertThat(held.status()).isEqualTo(200);
      assertThat(held.body().get("holder").toString()).startsWith("127.0.0.1/");
      assertThat(held.body()).containsKey("until");

      assertThat(system.api("DELETE", lease, null).status()).isEqualTo(204);
      assertThat(login("alice@example.com")).startsWith("+OK");
      assertThat(reader.command("QUIT")).startsWith("-ERR [SYS/TEMP]");
    }
    assertThat(system.inbox("alice@example.com")).as("nothing was removed").isEqualTo(1);
  }

  @Test
  void aSessionThatWasOvertakenGetsAnErrorAndNoOtherMessage() throws Exception {
    deliver("bob@example.com", "one");
    deliver("bob@example.com", "two");
    try (MailClient overtaken = MailClient.pop3(system.port("pop3"), "bob@example.com");
        MailClient other = MailClient.pop3(system.port("pop3"), "bob@example.com")) {
      assertThat(overtaken.lines("LIST")).hasSize(2);
      other.command("DELE 1");
      assertThat(other.command("QUIT")).endsWith("1 message left");

      assertThat(overtaken.command("RETR 1"))
          .isEqualTo("-ERR messages were removed by another session; log in again");
      assertThat(overtaken.line()).isNull();
    }
    try (MailClient next = MailClient.pop3(system.port("pop3"), "bob@example.com")) {
      assertThat(next.lines("RETR 1")).contains("two");
    }
  }

  @Test
  void whatWasRetrievedGoesWithQuitOnlyWhereTheUserWantsIt() throws Exception {
    String user = "/v1/users/carol@example.com";
    deliver("carol@example.com", "one");
    read("carol@example.com");
    assertThat(system.inbox("carol@example.com")).isEqualTo(1);

    assertThat(system.api("PUT", user, "{\"deleteAfterRetrieval\": true}").status()).isEqualTo(200);
    try (MailClient broken = MailClient.pop3(system.port("pop3"), "carol@example.com")) {
      assertThat(broken.lines("CAPA")).contains("EXPIRE 0");
      broken.lines("TOP 1 10");
      assertThat(broken.command("QUIT")).endsWith("1 message left");
    }
    read("carol@example.com");
    assertThat(system.inbox("carol@example.com")).isZero();
  }

  private static void read(String user) throws IOException {
    try (MailClient reader = MailClient.pop3(system.port("pop3"), user)) {
      assertThat(reader.lines("RETR 1")).contains("one");
      assertThat(reader.command("QUIT")).startsWith("+OK");
    }
  }

  private static String login(String user) throws IOException {
    try (MailClient client = MailClient.connect(system.port("pop3"))) {
      client.line();
      client.command("USER " + user);
      return client.command("PASS secret");
    }
  }

  private static void deliver(String user, String body) throws Exception {
    long before = system.inbox(user);
    byte[] message =
        ("From: x@elsewhere.example\r\nSubject: hi\r\n\r\n" + body + "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    try (MailClient client = MailClient.connect(system.port("smtp"))) {
      client.reply();
      assertThat(List.of(client.command("EHLO client.example"))).isNotEmpty();
      assertThat(client.send("x@elsewhere.example", user, message)).startsWith("250");
    }
    LocalProcess.await("INBOX", () -> system.inbox(user), count -> count == before + 1);
  }
}
