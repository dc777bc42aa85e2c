package skypost.local.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqsStoreTest {
  @TempDir Path folder;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-25T08:00:00Z"));
  private SqsStore store;

  @BeforeEach
  void open() throws IOException {
    InstantSource source = now::get;
    Clock clock = source.withZone(ZoneOffset.UTC);
    store = new SqsStore(new SqsJournal(folder), clock);
  }

  @Test
  void aReceivedMessageIsHiddenForItsVisibilityTimeout() throws Exception {
    store.create("q", Map.of("VisibilityTimeout", "60"));
    send("m", 0);
    assertThat(receive()).containsExactly("m");
    pass(Duration.ofSeconds(59));
    assertThat(receive()).isEmpty();
    pass(Duration.ofSeconds(1));
    assertThat(receive()).containsExactly("m");
  }

  @Test
  void aDelayedMessageComesWhenItsDelayIsOver() throws Exception {
    store.create("q", Map.of());
    send("later", 900);
    send("now", 0);
    assertThat(receive()).containsExactly("now");
    pass(Duration.ofSeconds(900));
    assertThat(receive()).contains("later");
  }

  @Test
  void whatIsOlderThanTheRetentionIsGone() throws Exception {
    store.create("q", Map.of("MessageRetentionPeriod", "60"));
    send("old", 0);
    pass(Duration.ofSeconds(61));
    send("new", 0);
    assertThat(receive()).containsExactly("new");
  }

  @Test
  void aLongPollEndsWhenAMessageComes() throws Exception {
    store.create("q", Map.of());
    CompletableFuture<List<StoredMessage>> poll =
        CompletableFuture.supplyAsync(() -> {
          try {
            return store.receive("q", 10, 20, -1);
          } catch (IOException fault) {
            throw new AssertionError(fault);
          }
        });
    send("m", 0);
    assertThat(poll.get(10, TimeUnit.SECONDS)).extracting(StoredMessage::body).containsExactly("m");
  }

  @Test
  void aReceiptOfAnEarlierReceiveDeletesButDoesNotHide() throws Exception {
    store.create("q", Map.of("VisibilityTimeout", "10"));
    send("m", 0);
    String first = store.receive("q", 1, 0, -1).getFirst().receipt();
    pass(Duration.ofSeconds(10));
    assertThat(receive()).containsExactly("m");

    assertThatThrownBy(() -> store.changeVisibility("q", first, 60)).isInstanceOf(SqsError.class);
    store.deleteMessage("q", first);
    pass(Duration.ofSeconds(10));
    assertThat(receive()).isEmpty();
  }

  @Test
  void theJournalRestoresWhatIsThereAndNothingElse() throws Exception {
    store.create("q", Map.of("VisibilityTimeout", "600"));
    send("kept", 0);
    send("deleted", 0);
    send("delayed", 600);
    for (StoredMessage message : store.receive("q", 10, 0, -1)) {
      if (message.body().equals("deleted")) {
        store.deleteMessage("q", message.receipt());
      }
    }
    Files.writeString(
        folder.resolve("journal.jsonl"),
        "{\"queue\":\"q\",\"message\":{\"id\":\"cut o",
        StandardOpenOption.APPEND);
    open();

    assertThat(receive()).containsExactly("kept");
    assertThat(store.attributes("q"))
        .containsEntry("ApproximateNumberOfMessagesDelayed", "1")
        .containsEntry("VisibilityTimeout", "600");
  }

  @Test
  void manyBodiesOfAnyTextComeBackAsTheyWere() throws Exception {
    store.create("q", Map.of());
    String odd = "ü \u0000 \" \\ \n \r\n 😀";
    send(odd, 0);
    open();
    assertThat(receive()).containsExactly(odd);
  }

  private void send(String body, int delay) throws IOException {
    store.send("q", new SqsStore.Draft(body, Map.of(), "", delay));
  }

  private List<String> receive() throws IOException {
    return store.receive("q", 10, 0, -1).stream().map(StoredMessage::body).toList();
  }

  private void pass(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }
}
