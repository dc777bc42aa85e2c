package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.memory.InMemoryOutboundQueue.Wake;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OutboundQueue.Booking;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.Status;

/** The outbound queue by hand. */
class QueueApiTest {
  private static final String WAITS = "/v1/queue/" + World.WAITS + "~far.example~0";
  private static final String HELD = "/v1/queue/" + World.HELD + "~far.example~0";

  @Test
  void retryMakesTheNextAttemptDueNow() throws IOException {
    World world = World.seeded();
    world.wakes.clear();

    assertThat(world.post(WAITS + "/retry", null).json()).containsEntry("status", "deferred");

    assertThat(world.wakes)
        .extracting(Wake::id, Wake::at)
        .containsExactly(tuple(new EntryId(World.WAITS, "far.example", 0), World.NOW));
    assertThat(
            world.queue.book(only(world, World.WAITS).id(), World.NOW, World.NOW.plusSeconds(60)))
        .isInstanceOf(Booking.Booked.class);
  }

  @Test
  void aHeldEntryIsNotTriedUntilItIsReleased() throws IOException {
    World world = World.seeded();
    EntryId id = only(world, World.WAITS).id();

    assertThat(world.post(WAITS + "/hold", null).json()).containsEntry("status", "held");
    assertThat(world.post(WAITS + "/hold", null).status()).isEqualTo(200); // it may be repeated
    assertThat(world.queue.book(id, World.NOW.plusSeconds(999), World.NOW.plusSeconds(9999)))
        .isEqualTo(new Booking.NothingToDo());
    assertThat(world.post(WAITS + "/retry", null).status()).isEqualTo(409);

    world.wakes.clear();
    assertThat(world.post(WAITS + "/release", null).json()).containsEntry("status", "deferred");
    assertThat(world.wakes).extracting(Wake::id).containsExactly(id);
    assertThat(world.post(WAITS + "/release", null).status()).isEqualTo(409);
  }

  @Test
  void anAttemptUnderWayIsLeftAlone() throws IOException {
    World world = World.seeded();
    QueueEntry booked = world.book(only(world, World.WAITS).id());

    for (String step : List.of("/retry", "/hold", "/release")) {
      assertThat(world.post(WAITS + step, null).status()).as(step).isEqualTo(409);
    }
    assertThat(world.delete(WAITS).status()).isEqualTo(409);
    assertThat(only(world, World.WAITS)).isEqualTo(booked);
    assertThat(world.messages.open(World.WAITS)).isPresent();
  }

  @Test
  void aRemovedEntryTakesItsMessageWithIt() throws IOException {
    World world = World.seeded();

    assertThat(world.delete(WAITS).status()).isEqualTo(204);

    QueueEntry removed = only(world, World.WAITS);
    assertThat(removed.status()).isEqualTo(Status.DONE);
    assertThat(removed.recipients())
        .allMatch(recipient -> recipient.end().equals(Optional.of(new End.Removed())));
    assertThat(world.messages.open(World.WAITS)).isEmpty();
    assertThat(stored(world))
        .containsExactlyInAnyOrder(World.FILED, World.DELETED, World.HELD); // and no bounce
    assertThat(world.get("/v1/messages/" + World.WAITS).json()).containsEntry("status", "removed");
    assertThat(world.get("/v1/queue").items())
        .extracting(item -> item.get("message"))
        .containsExactly(World.HELD.toString());
    assertThat(world.delete(WAITS).status()).isEqualTo(204); // it may be repeated
  }

  @Test
  void aRemovedEntryBouncesOnceWhenAsked() throws IOException {
    World world = World.seeded();

    assertThat(world.delete(WAITS + "?bounce=true").status()).isEqualTo(204);
    assertThat(world.delete(WAITS + "?bounce=true").status()).isEqualTo(204);

    List<MessageId> bounces = new ArrayList<>(stored(world));
    bounces.removeAll(List.of(World.FILED, World.DELETED, World.HELD));
    assertThat(bounces).hasSize(1);
    try (var bounce = world.messages.open(bounces.getFirst()).orElseThrow()) {
      assertThat(bounce.envelope().sender()).isEmpty();
      assertThat(bounce.envelope().recipients().getFirst().address()).isEqualTo(World.ANN);
      assertThat(new String(bounce.content().readAllBytes(), StandardCharsets.US_ASCII))
          .contains(
              "bob@far.example",
              "carol@far.example",
              "removed from the queue by the administrator");
    }
    assertThat(world.get("/v1/messages/" + World.WAITS).json()).containsEntry("status", "bounced");
  }

  @Test
  void aSharedMessageStaysForTheOthers() throws IOException {
    World world = World.seeded();
    QueueEntry entry = only(world, World.HELD);
    QueueEntry shared = entry.withShared(true);
    world.queue.replace(entry, shared);
    world.holders.hold(World.HELD, List.of("queue:" + entry.id(), "bob@local.example"));

    assertThat(world.delete(HELD).status()).isEqualTo(204);

    assertThat(world.messages.open(World.HELD)).isPresent();
    assertThat(world.holders.of(World.HELD)).containsExactly("bob@local.example");
  }

  @Test
  void aMessageMeansAllItsEntriesThatCan() throws IOException {
    World world = World.seeded();
    EntryId other = new EntryId(World.WAITS, "other.example", 0);
    QueueEntry first = only(world, World.WAITS);
    world.queue.enqueue(
        List.of(
            new QueueEntry(
                other,
                new QueueEntry.Mail(first.sender(), 60, false, ""),
                new QueueEntry.Turn(Status.QUEUED, World.NOW, 0, other.destination()),
                first.recipients(),
                List.of(),
                ByHand.NOTHING)));

    World.Answer held = world.post("/v1/queue/" + World.WAITS + "/hold", null);
    assertThat(held.items()).hasSize(2).allMatch(item -> item.get("status").equals("held"));

    world.post(WAITS + "/release", null);
    assertThat(world.post("/v1/queue/" + World.WAITS + "/release", null).items())
        .extracting(item -> item.get("destination"))
        .containsExactly("other.example");
    assertThat(world.get("/v1/queue/" + World.WAITS).items()).hasSize(2);
  }

  @Test
  void theListIsFilteredAndPaged() throws IOException {
    World world = World.seeded();
    for (int i = 0; i < 9; i++) {
      world.defer(MessageId.derived(World.ACCEPTED, "more" + i), "x@d" + i % 3 + ".example");
    }

    assertThat(world.get("/v1/queue").items()).hasSize(11);
    assertThat(world.get("/v1/queue?domain=D1.example").items()).hasSize(3);
    assertThat(world.get("/v1/queue?status=held").items()).hasSize(1);
    assertThat(world.get("/v1/queue?sender=ANN@local.example&domain=far.example").items())
        .hasSize(2);
    assertThat(world.get("/v1/queue?sender=").items()).isEmpty();
    assertThat(world.get("/v1/queue?sender=bob%40local.example").items()).isEmpty();
    World.Answer first = world.get("/v1/queue?domain=d2.example&limit=2");
    assertThat(first.items()).hasSize(2);
    String next = (String) first.json().get("next");
    assertThat(world.get("/v1/queue?domain=d2.example&limit=2&next=" + next).items()).hasSize(1);
  }

  @Test
  void theListIsFilteredByRecipientAndAge() throws IOException {
    World world = World.seeded();

    assertThat(world.get("/v1/queue?recipient=Carol@far.example").items())
        .extracting(item -> item.get("message"))
        .containsExactly(World.WAITS.toString());
    assertThat(world.get("/v1/queue?olderThan=PT59M").items()).hasSize(2);
    assertThat(world.get("/v1/queue?olderThan=PT61M").items()).isEmpty();
    assertThat(world.get("/v1/queue?olderThan=yesterday").status()).isEqualTo(400);
    assertThat(world.get("/v1/queue?olderThan=-PT1H").status()).isEqualTo(400);
  }

  @Test
  void whatWaitsForItsFirstAttemptIsListedWhenAskedFor() throws IOException {
    World world = World.seeded();
    for (int i = 0; i < 3; i++) {
      world.enqueue(MessageId.derived(World.ACCEPTED, "new" + i), "x@d" + i + ".example");
    }
    world.book(only(world, World.WAITS).id());

    assertThat(world.get("/v1/queue").items()).hasSize(2); // one that waited is being tried
    List<Object> found = new ArrayList<>();
    Object next = "";
    do {
      World.Answer page = world.get("/v1/queue?status=queued&limit=2&next=" + next);
      page.items().forEach(item -> found.add(item.get("destination")));
      next = page.json().get("next");
    } while (next != null);
    assertThat(found).containsExactlyInAnyOrder("d0.example", "d1.example", "d2.example");
    World.Answer again = world.get("/v1/queue?status=sending"); // a second attempt, and a first
    assertThat(again.items())
        .extracting(item -> item.get("message"))
        .containsExactly(World.WAITS.toString());
    world.queue.book(
        new EntryId(MessageId.derived(World.ACCEPTED, "new0"), "d0.example", 0),
        World.NOW,
        World.NOW.plusSeconds(60));
    assertThat(world.get("/v1/queue?status=sending&next=" + again.json().get("next")).items())
        .extracting(item -> item.get("destination"))
        .containsExactly("d0.example");
    assertThat(world.get("/v1/queue?status=queued&domain=d1.example").items()).hasSize(1);
    assertThat(world.get("/v1/queue?status=queued&olderThan=PT59M").items()).hasSize(2);
    assertThat(world.get("/v1/queue?status=queued&olderThan=PT2H").items()).isEmpty();
    assertThat(world.get("/v1/queue?status=queued&next=nonsense").status()).isEqualTo(400);
  }

  @Test
  void aReroutedEntryShowsWhereItGoesAndSoDoesItsTrace() throws IOException {
    World world = World.seeded();

    assertThat(world.post(WAITS + "/reroute", "{\"to\":\"other.example:2525\"}").json())
        .containsEntry("route", "other.example:2525")
        .containsEntry("status", "deferred");
    assertThat(world.post(WAITS + "/hold", null).status()).isEqualTo(200);
    assertThat(events(world, World.WAITS))
        .contains("rerouted api other.example:2525", "held api null");

    assertThat(world.post(WAITS + "/reroute", "{\"to\":null}").json()).doesNotContainKey("route");
    assertThat(only(world, World.WAITS).byHand().steps()).hasSize(3);
  }

  @Test
  void nothingIsReroutedToNowhereOrToOurselves() throws IOException {
    World world = World.seeded();

    for (String body :
        List.of("{}", "{\"to\":\"a:b:c\"}", "{\"to\":\"MX.skypost.example:25\"}", "{\"to\":25}")) {
      assertThat(world.post(WAITS + "/reroute", body).status()).as(body).isEqualTo(400);
    }
    assertThat(only(world, World.WAITS).byHand().steps()).isEmpty();
  }

  @Test
  void anOperationIsBegunAndShown() throws IOException {
    World world = World.seeded();

    World.Answer begun =
        world.post(
            "/v1/queue/bulk",
            "{\"filter\":{\"domain\":\"far.example\",\"olderThan\":\"PT30M\"},\"action\":\"delete\",\"bounce\":true}");

    assertThat(begun.status()).isEqualTo(202);
    String path = (String) begun.headers().get("location");
    assertThat(path).isEqualTo("/v1/operations/" + begun.json().get("id"));
    assertThat(world.operationWakes).hasSize(1);
    assertThat(world.get(path).json())
        .containsEntry("state", "running")
        .containsEntry("total", 0)
        .containsEntry("action", "delete")
        .containsEntry("bounce", true);
  }

  @Test
  void anOperationMustSayWhatItMeans() throws IOException {
    World world = World.seeded();

    for (String body :
        List.of(
            "{\"action\":\"retry\"}",
            "{\"filter\":{}}",
            "{\"filter\":{},\"action\":\"forget\"}",
            "{\"filter\":{\"status\":\"lost\"},\"action\":\"hold\"}",
            "{\"filter\":{},\"action\":\"reroute\"}",
            "{\"filter\":{},\"action\":\"hold\",\"bounce\":true}",
            "{\"filter\":{},\"action\":\"hold\",\"to\":\"a.example:25\"}")) {
      assertThat(world.post("/v1/queue/bulk", body).status()).as(body).isEqualTo(400);
    }
    assertThat(world.operationWakes).isEmpty();
    assertThat(world.get("/v1/operations/" + World.FILED).status()).isEqualTo(404);
    assertThat(world.get("/v1/operations/nonsense").status()).isEqualTo(400);
  }

  @SuppressWarnings("unchecked") // a timeline is a list of objects
  private static List<String> events(World world, MessageId message) throws IOException {
    return ((List<Map<String, Object>>) world.get("/v1/messages/" + message).json().get("timeline"))
        .stream()
            .map(event -> event.get("event") + " " + event.get("by") + " " + event.get("detail"))
            .toList();
  }

  @Test
  void whatIsNotThereIsNotFoundAndNonsenseRefused() throws IOException {
    World world = World.seeded();

    assertThat(world.get("/v1/queue/" + World.FILED).status()).isEqualTo(404);
    assertThat(world.get("/v1/queue/" + World.WAITS + "~other.example~0").status()).isEqualTo(404);
    assertThat(world.post("/v1/queue/" + World.FILED + "/retry", null).status()).isEqualTo(404);
    assertThat(world.get("/v1/queue/nonsense").status()).isEqualTo(400);
    assertThat(world.get("/v1/queue?status=lost").status()).isEqualTo(400);
    assertThat(world.get("/v1/queue?sender=nonsense").status()).isEqualTo(400);
    assertThat(world.delete(WAITS + "?bounce=perhaps").status()).isEqualTo(400);
  }

  private static QueueEntry only(World world, MessageId message) {
    List<QueueEntry> entries = world.queue.entries(message);
    assertThat(entries).hasSize(1);
    return entries.getFirst();
  }

  private static List<MessageId> stored(World world) {
    List<MessageId> ids = new ArrayList<>();
    Iterator<MessageId> all = world.messages.listFrom(MessageId.first(java.time.Instant.EPOCH));
    all.forEachRemaining(ids::add);
    return ids;
  }
}
