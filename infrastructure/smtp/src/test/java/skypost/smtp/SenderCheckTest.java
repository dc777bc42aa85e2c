package skypost.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.Domain;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.message.MessageId;
import skypost.mail.settings.EmbeddedMetricFormat;
import skypost.protocol.net.TestClient;
import skypost.protocol.smtp.SmtpReply;

/** A message is looked at before it is accepted where all its recipients' domains want that. */
class SenderCheckTest {
  private static final SmtpReply FORGED = SmtpReply.of(550, 7, 26, "forged");

  private final List<MessageId> asked = new CopyOnWriteArrayList<>();
  private final List<String> staged = new CopyOnWriteArrayList<>();
  private Optional<SmtpReply> verdict = Optional.of(FORGED);
  private MemoryFront memory;

  @BeforeEach
  void start() throws IOException {
    memory = MemoryFront.start();
    memory.domain(
        new Domain(
            "example.com",
            Domain.Kind.LOCAL,
            Optional.empty(),
            new SenderPolicy(
                SenderPolicy.DmarcReject.REFUSE, SenderPolicy.Spoofed.JUNK, List.of())));
    memory.domain(Domain.local("usual.example"));
    memory.user("carol@usual.example");
    memory.checking =
        id -> {
          asked.add(id);
          try (var message = memory.messages.staged().open(id).orElseThrow()) {
            staged.add(new String(message.content().readAllBytes()));
          }
          return verdict;
        };
  }

  @AfterEach
  void stop() {
    memory.close();
  }

  private String send(TestClient client, String... recipients) throws IOException {
    client.say("MAIL FROM:<a@far.example>");
    for (String recipient : recipients) {
      assertThat(client.say("RCPT TO:<" + recipient + ">")).startsWith("250 ");
    }
    client.say("DATA");
    return client.say("Subject: x\r\n\r\ny\r\n.");
  }

  private TestClient client() throws IOException {
    TestClient client = TestClient.connect(memory.front.port(Door.SMTP));
    client.hear();
    client.say("EHLO x");
    return client;
  }

  @Test
  void whatIsRefusedIsNotStoredAndIsCounted() throws Exception {
    try (TestClient client = client()) {
      assertThat(send(client, "alice@example.com", "bob@example.com"))
          .isEqualTo("550 5.7.26 forged");
      assertThat(memory.ids()).isEmpty();
      assertThat(staged.getFirst()).startsWith("Received: from x ").endsWith("\r\n\r\ny\r\n");

      verdict = Optional.empty();
      assertThat(send(client, "alice@example.com")).startsWith("250 2.0.0 Ok: queued as ");
    }
    assertThat(memory.ids()).containsExactly(asked.get(1));
    memory.metrics.write();
    assertThat(
            EmbeddedMetricFormat.only(
                memory.measured, Map.of("Door", "SMTP", "Reason", FORGED.enhanced())))
        .containsEntry("Refused", 1.0);
  }

  @Test
  void chunksAreLookedAtAsWell() throws Exception {
    try (TestClient client = client()) {
      client.say("MAIL FROM:<a@far.example>");
      client.say("RCPT TO:<alice@example.com>");
      assertThat(client.say("BDAT 14 LAST\r\nSubject: x\r\n")).startsWith("550 5.7.26 ");
    }
    assertThat(memory.ids()).isEmpty();
  }

  @Test
  void whereOneRecipientDoesNotWantItTheMessageIsTaken() throws Exception {
    try (TestClient client = client()) {
      assertThat(send(client, "alice@example.com", "carol@usual.example")).startsWith("250 ");
      assertThat(send(client, "carol@usual.example")).startsWith("250 ");
    }
    assertThat(asked).isEmpty();
    assertThat(memory.ids()).hasSize(2);
  }

  @Test
  void anEarlierMessageOfTheSessionDoesNotMatter() throws Exception {
    try (TestClient client = client()) {
      assertThat(send(client, "alice@example.com")).startsWith("550 ");
      assertThat(send(client, "carol@usual.example")).startsWith("250 ");
      assertThat(send(client, "carol@usual.example", "alice@example.com")).startsWith("250 ");
      assertThat(send(client, "bob@example.com")).startsWith("550 ");
    }
  }

  @Test
  void withoutAnAnswerTheMessageIsTaken() throws Exception {
    List<IOException> faults = new ArrayList<>();
    memory.checking =
        id -> {
          faults.add(new IOException("no answer in time"));
          throw faults.getLast();
        };
    try (TestClient client = client()) {
      assertThat(send(client, "alice@example.com")).startsWith("250 ");
    }
    assertThat(faults).hasSize(1);
    assertThat(memory.ids()).hasSize(1);
  }
}
