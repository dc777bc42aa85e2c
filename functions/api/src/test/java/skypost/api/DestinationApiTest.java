package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.memory.InMemoryOutboundQueue.DestinationWake;
import skypost.mail.queue.Destination;
import skypost.mail.queue.Destination.Lease;
import skypost.mail.queue.Destination.Phase;
import skypost.mail.queue.Destination.Trouble;
import skypost.mail.queue.QueueEntry;
import skypost.protocol.smtp.SmtpReply;

/** How destinations are, and what an administrator can do about it. */
class DestinationApiTest {
  private static final String FAR = "/v1/destinations/far.example";

  @Test
  void aDestinationInTroubleShowsUntilWhenWhyAndHowMuchWaits() throws IOException {
    World world = World.seeded();

    assertThat(world.get(FAR).json())
        .containsEntry("state", "deferred")
        .containsEntry("failures", 1)
        .containsEntry("deferredUntil", World.ACCEPTED.plusSeconds(1800).toString())
        .containsEntry("sending", false)
        .containsEntry("waiting", 1)
        .containsEntry(
            "troubles",
            List.of(
                Map.of(
                    "at",
                    World.ACCEPTED.toString(),
                    "server",
                    "mx.far.example[192.0.2.25]:25",
                    "reply",
                    "421 4.3.2 going down")));
  }

  @Test
  void aDestinationOfWhichNothingIsKnownIsHealthy() throws IOException {
    assertThat(World.seeded().get("/v1/destinations/else.example").json())
        .containsEntry("state", "healthy")
        .containsEntry("waiting", 0)
        .containsEntry("troubles", List.of());
    assertThat(World.seeded().get("/v1/destinations/no domain").status()).isEqualTo(400);
  }

  /** It is a destination of its own, by the name that the list has it under. */
  @Test
  void aSmartHostShowsWhatWaitsForItAndIsFlushed() throws IOException {
    World world = World.seeded();
    String host = "ann@smart.example:587";
    QueueEntry waits = world.queue.entries(World.WAITS).getFirst();
    world.queue.replace(waits, waits.waitingFor(host));
    Destination seen = world.destinations.find(host);
    SmtpReply refused = SmtpReply.of(451, 4, 1, "cannot connect to smart.example");
    Trouble trouble = new Trouble(World.NOW, "", refused, Optional.empty());
    world.destinations.replace(
        seen, seen.failed(trouble, World.NOW, Duration.ofMinutes(1)), World.NOW);
    String path = "/v1/destinations/ann%40Smart.Example%3A587";

    assertThat(world.get(path).json())
        .containsEntry("destination", host)
        .containsEntry("state", "deferred")
        .containsEntry("waiting", 1);
    assertThat(world.get("/v1/messages/" + World.WAITS).body())
        .contains("smart host smart.example:587 deferred until")
        .doesNotContain("ann@smart");
    assertThat(world.get(FAR).json()).containsEntry("waiting", 0);
    assertThat(world.post(path + "/flush", null).status()).isEqualTo(202);
    assertThat(world.destinationWakes)
        .containsExactly(new DestinationWake(host, World.NOW, World.NOW));
    assertThat(world.delete(path).status()).isEqualTo(204);
    assertThat(world.get("/v1/destinations/ann%40smart.example%3A99999").status()).isEqualTo(400);
  }

  @Test
  void theBackOffIsCleared() throws IOException {
    World world = World.seeded();

    assertThat(world.delete(FAR).status()).isEqualTo(204);

    assertThat(world.get(FAR).json()).containsEntry("state", "healthy");
    assertThat(world.get("/v1/destinations").items()).isEmpty();
    assertThat(world.delete(FAR).status()).isEqualTo(204);
  }

  @Test
  void aFlushWakesTheDestinationAtOnceAndWithNothingWaitingDoesNothing() throws IOException {
    World world = World.seeded();

    World.Answer answer = world.post("/v1/domains/far.example/flush", null);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json()).containsEntry("waiting", 1).containsEntry("state", "recovering");
    assertThat(world.destinationWakes)
        .containsExactly(new DestinationWake("far.example", World.NOW, World.NOW));
    assertThat(world.post("/v1/domains/else.example/flush", null).status()).isEqualTo(200);
    assertThat(world.destinationWakes).hasSize(1);
  }

  @Test
  void aFlushLeavesAloneWhoeverIsAtItAlready() throws IOException {
    World world = World.seeded();
    Destination seen = world.destinations.find("far.example");
    Lease lease = new Lease("somebody", World.NOW.plusSeconds(60));
    Destination leased =
        world.destinations.replace(seen, seen.leased(lease), World.NOW).orElseThrow();

    World.Answer answer = world.post("/v1/domains/far.example/flush", null);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json()).containsEntry("sending", true);
    assertThat(world.destinations.find("far.example")).isEqualTo(leased);
    assertThat(world.destinationWakes).isEmpty();
  }

  @Test
  void aTraceSaysWhyAMessageWaits() throws IOException {
    World world = World.seeded();

    assertThat(world.get("/v1/messages/" + World.WAITS).body())
        .contains(
            "destination far.example deferred until ", "because of \\\"421 4.3.2 going down\\\"");
    Destination seen = world.destinations.find("far.example");
    world.destinations.replace(seen, seen.recovering(4, Optional.empty()), World.NOW);
    assertThat(world.get("/v1/messages/" + World.WAITS).body()).contains("in order");
    assertThat(world.destinations.find("far.example").phase()).isInstanceOf(Phase.Recovering.class);
    world.delete(FAR);
    assertThat(world.get("/v1/messages/" + World.WAITS).body()).doesNotContain("destination far");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"retries": [{"maxAge": "P3D"}]}                                              | retries[0].to
          {"retries": [{"to": "a@b.example", "maxAge": "P3D"}]}                         | retries[0].to
          {"retries": [{"to": "b.example"}]}                                            | retries[0].retrySchedule
          {"retries": [{"to": "b.example", "maxAge": "3 days"}]}                        | retries[0].maxAge
          {"retries": [{"to": "b.example", "maxAge": "PT0S"}]}                          | retries[0].maxAge
          {"retries": [{"to": "b.example", "maxAge": "P400D"}]}                         | retries[0].maxAge
          {"retries": [{"to": "b.example", "retrySchedule": ["-PT1M"]}]}                | retries[0].retrySchedule[0]
          {"retries": [{"to": "b.example", "retrySchedule": ["PT0S"], "maxAge": "P3D"}]} | retries[0].retrySchedule
          """)
  void whatIsWrongWithASchedulesIsNamed(String body, String field) throws IOException {
    World.Answer answer = World.seeded().put("/v1/relay", body);

    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains("\"field\":\"" + field + "\"");
  }
}
