package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.mail.queue.Destination;
import skypost.protocol.smtp.client.FakeMx;

/** Mail for a relay domain whose primary is away, and what becomes of it when that is back. */
class BackupMxTest {
  private static final int MESSAGES = 200;
  private static final Pattern ID = Pattern.compile("queued as (\\S+)");

  /** Functions that run at once, of ten messages each: they find out together. */
  private static final int UNAWARE = 4 * 10;

  @TempDir private Path data;
  private FakeMx primary;
  private LocalProcess system;

  @BeforeEach
  void start() throws Exception {
    primary = FakeMx.start();
    system = LocalProcess.start(data, Map.of());
    for (String domain : List.of("soon.example", "flushed.example")) {
      put(
          "/v1/domains/" + domain,
          "{\"kind\": \"relay\", \"primary\": \"127.0.0.1:%d\"}".formatted(primary.port()));
    }
    put(
        "/v1/relay",
        "{\"retries\": [{\"to\": \"soon.example\", \"retrySchedule\": [\"PT0S\", \"PT4S\"],"
            + " \"maxAge\": \"P14D\"}]}");
    primary.always("EHLO", FakeMx.drop("421 4.3.2 going down"));
  }

  private void put(String path, String body) {
    LocalProcess.Answer answer = system.api("PUT", path, body);
    assertThat(answer.status()).as("%s", answer).isIn(200, 201);
  }

  @AfterEach
  void stop() throws Exception {
    system.close();
    primary.close();
  }

  @Test
  void whatWaitsIsDeliveredInOrderAndOnceWhenThePrimaryIsBack() throws Exception {
    List<String> ids = acceptAll("soon.example");
    await("all of them to wait", () -> waiting("soon.example"), count -> count == MESSAGES);
    // One message shows every four seconds whether it is back, however many wait
    assertThat(connections()).isLessThan(UNAWARE + 40);
    assertThat(system.api("GET", "/v1/messages/" + ids.getLast(), null).body().toString())
        .contains("destination soon.example deferred until", "421 4.3.2 going down");

    primary.reset();
    await("all of them to be delivered", () -> primary.received().size(), is -> is >= MESSAGES);

    assertInOrder(ids);
    await(
        "the destination to be well",
        () -> system.api("GET", "/v1/destinations/soon.example", null).body().get("state"),
        "healthy"::equals);
  }

  @Test
  void aFlushDoesNotWaitForTheRestToBeOver() throws Exception {
    List<String> ids = acceptAll("flushed.example");
    await("all of them to wait", () -> waiting("flushed.example"), count -> count == MESSAGES);
    assertThat(connections()).isLessThan(UNAWARE + 5);
    primary.reset();

    LocalProcess.Answer answer = system.api("POST", "/v1/domains/flushed.example/flush", null);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.body()).containsEntry("waiting", MESSAGES);
    await("all of them to be delivered", () -> primary.received().size(), is -> is >= MESSAGES);
    assertInOrder(ids);
    await("nothing to wait", () -> waiting("flushed.example"), count -> count == 0);
  }

  /** Rounds are begun in the order of arrival; within a round servers may answer in any. */
  private void assertInOrder(List<String> ids) {
    List<String> sorted = ids.stream().sorted().toList(); // an id begins with its time
    List<Integer> places = new ArrayList<>();
    for (FakeMx.Received received : primary.received()) {
      int number = Integer.parseInt(received.text().replaceFirst("(?s).*Subject: (\\d+).*", "$1"));
      places.add(sorted.indexOf(ids.get(number)));
    }
    assertThat(places).hasSize(MESSAGES).doesNotHaveDuplicates();
    assertThat(places.getFirst()).isZero();
    for (int i = 0; i < MESSAGES; i++) {
      assertThat(Math.abs(places.get(i) - i)).isLessThan(Destination.MAX_WINDOW);
    }
  }

  private List<String> acceptAll(String domain) throws IOException {
    List<String> ids = new ArrayList<>();
    try (MailClient client = MailClient.connect("127.0.0.1", system.port("smtp"))) {
      assertThat(client.reply()).startsWith("220");
      assertThat(client.command("EHLO client.example")).startsWith("250");
      for (int i = 0; i < MESSAGES; i++) {
        byte[] message =
            ("Subject: " + i + "\r\n\r\nhello\r\n").getBytes(StandardCharsets.US_ASCII);
        String reply = client.send("ann@far.example", "bob@" + domain, message);
        Matcher id = ID.matcher(reply);
        assertThat(id.find()).as(reply).isTrue();
        ids.add(id.group(1));
      }
    }
    return ids;
  }

  private int waiting(String domain) {
    return (Integer) system.api("GET", "/v1/destinations/" + domain, null).body().get("waiting");
  }

  private long connections() {
    return primary.commands().stream().filter(line -> line.startsWith("EHLO")).count();
  }
}
