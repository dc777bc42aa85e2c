package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.HostPort;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.Destination;
import skypost.mail.queue.Destination.Phase;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.send.Simulation.Dialled;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Outcome;

/** A thousand messages for destinations that are down, under a virtual clock. */
class DestinationsInTroubleTest {
  private static final int MESSAGES = 1000;
  private static final int FUNCTIONS = 4;
  private static final String DOWN = "down.example";
  private static final Outcome SILENCE =
      new Outcome.Deferred(SmtpReply.of(451, 4, 2, "lost while it answered the end of data"));

  @BeforeEach
  void quiet() {
    EventLog.to(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
  }

  @AfterEach
  void loud() {
    EventLog.to(System.err);
  }

  /** Six hours down: each function finds out once, and then one message an hour at most. */
  @Test
  void whatWaitsForADestinationThatIsDownCostsFewAttemptsAndGoesInOrderWhenItIsBack()
      throws IOException {
    Duration back = Duration.ofHours(6);
    Simulation world = new Simulation(FUNCTIONS, (entry, since) -> upFrom(back, since));
    List<EntryId> arrived = arrive(world, Duration.ofSeconds(3));

    world.runUntil(Simulation.START.plus(back));
    assertThat(world.dialled).hasSizeLessThanOrEqualTo(FUNCTIONS + 10);
    assertThat(world.queue.countWaitingFor(DOWN).entries()).isEqualTo(MESSAGES);
    world.runUntil(Simulation.START.plus(back).plus(Duration.ofMinutes(70)));

    assertThat(deliveries(world)).isEqualTo(arrived);
    assertThat(world.destinations.find(DOWN).phase()).isEqualTo(new Phase.Healthy());
    world.runOut();
    assertAllSentOnce(world, arrived);
  }

  /** A message each for a thousand domains: the host is what is down, and not the domains. */
  @Test
  void whatWaitsForASmartHostThatIsDownCostsFewAttemptsForHoweverManyDomains() throws IOException {
    Duration back = Duration.ofHours(6);
    Simulation world = new Simulation(FUNCTIONS, (entry, since) -> upFrom(back, since));
    String host = "smart.example:587";
    world.smartHost = Optional.of(host);
    List<EntryId> arrived = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      Instant at = Simulation.START.plusSeconds(3L * i);
      world.runUntil(at);
      arrived.add(world.accept(at, "bob@d" + i + ".example", Map.of()));
    }

    world.runUntil(Simulation.START.plus(back));
    assertThat(world.dialled).hasSizeLessThanOrEqualTo(FUNCTIONS + 10);
    assertThat(world.queue.countWaitingFor(host).entries()).isEqualTo(MESSAGES);
    assertThat(world.destinations.find(host).reason().orElseThrow().toString())
        .contains("smart host smart.example:587 deferred until", "connection refused");
    world.runUntil(Simulation.START.plus(back).plus(Duration.ofMinutes(70)));

    assertThat(deliveries(world)).isEqualTo(arrived);
    assertThat(world.destinations.find(host).phase()).isEqualTo(new Phase.Healthy());
    assertThat(world.destinations.list(10, Optional.empty()).items()).hasSize(1);
    world.runOut();
    assertAllSentOnce(world, arrived);
  }

  /** Who sends in order begins no message that he could not end, and another goes on at once. */
  @Test
  void aRecoveryIsHandedOnBeforeTheTimeOfAnInvocationIsOver() throws IOException {
    Duration back = Duration.ofMinutes(30);
    Simulation world = new Simulation(FUNCTIONS, (entry, since) -> upFrom(back, since));
    world.invocation = Duration.ofSeconds(120); // 33 seconds until the end of the last message
    List<EntryId> arrived = arrive(world, Duration.ofSeconds(1));

    world.runUntil(Simulation.START.plus(Duration.ofHours(2)));

    assertThat(deliveries(world)).isEqualTo(arrived); // 200 seconds of them
    world.runOut();
    assertAllSentOnce(world, arrived);
    for (EntryId id : arrived) {
      assertThat(world.entry(id).attempts())
          .filteredOn(attempt -> attempt.reply().isPositive())
          .hasSize(1);
    }
  }

  /** An administrator who steps in at one entry is obeyed; an operation on all waits like all. */
  @Test
  void whatTheAdministratorWantsTriedDoesNotWaitForTheDestination() throws IOException {
    Set<EntryId> elsewhere = new HashSet<>();
    Simulation world =
        new Simulation(
            1, (entry, since) -> elsewhere.contains(entry) ? Simulation.TAKEN : Simulation.REFUSED);
    List<EntryId> arrived = arrive(world, Duration.ofSeconds(1));
    world.runUntil(Simulation.START.plus(Duration.ofMinutes(40)));
    int dialled = world.dialled.size();

    retry(world, arrived.get(3), "operation x", ByHand.NOTHING);
    assertThat(world.dialled).hasSize(dialled);

    retry(world, arrived.get(4), ByHand.API, ByHand.NOTHING);
    assertThat(world.dialled).hasSize(dialled + 1);

    elsewhere.add(arrived.get(5));
    var other = ByHand.NOTHING.withRoute(Optional.of(new HostPort("other.example", 25)));
    retry(world, arrived.get(5), "operation x", other);
    assertThat(world.entry(arrived.get(5)).status()).isEqualTo(Status.DONE);
    assertThat(world.destinations.find(DOWN).phase()).isInstanceOf(Phase.Deferred.class);
  }

  private static void retry(Simulation world, EntryId id, String by, ByHand before)
      throws IOException {
    Instant now = world.now();
    QueueEntry entry = world.entry(id);
    var step = new ByHand.Step(now, ByHand.What.RETRIED, by, "");
    world.queue.replace(
        entry, entry.withStatus(Status.DEFERRED, now).withByHand(before.with(step)));
    world.runUntil(now);
  }

  @Test
  void aDestinationThatFlapsGetsEveryMessageOnce() throws IOException {
    Simulation world =
        new Simulation(
            FUNCTIONS,
            (entry, since) -> since.toMinutes() % 40 < 29 ? Simulation.REFUSED : Simulation.TAKEN);
    List<EntryId> arrived = arrive(world, Duration.ofSeconds(20));

    world.runOut();

    assertAllSentOnce(world, arrived);
    assertThat(Duration.between(Simulation.START, world.now())).isLessThan(Duration.ofHours(24));
  }

  @Test
  void mailForADestinationThatNeverComesBackBouncesInTime() throws IOException {
    Simulation world = new Simulation(FUNCTIONS, (entry, since) -> Simulation.REFUSED);
    List<EntryId> arrived = arrive(world, Duration.ofSeconds(3));

    world.runOut();

    // a probe an hour for five days, and what the functions did not know
    assertThat(world.dialled).hasSizeLessThanOrEqualTo(FUNCTIONS + 140);
    for (EntryId id : arrived) {
      QueueEntry entry = world.entry(id);
      assertThat(entry.status()).isEqualTo(Status.DONE);
      assertThat(entry.recipients().getFirst().end().orElseThrow())
          .isInstanceOfSatisfying(
              End.Bounced.class,
              bounced -> assertThat(bounced.reply().toString()).contains("5.4.7", "refused"));
      Instant end = id.message().acceptedAt().plus(Duration.ofDays(5));
      assertThat(entry.attempts().getLast().at())
          .isBetween(end.minusSeconds(60), end.plusSeconds(60));
    }
    assertThat(reports(world)).hasSize(MESSAGES).allMatch(text -> text.contains("Action: failed"));
  }

  /** No queue's retention bounds what the primary may take to come back: SQS would keep 14 days. */
  @Test
  void aBackupMxHoldsMailForTwoWeeksAndThenDeliversInOrder() throws IOException {
    Duration back = Duration.ofDays(13);
    Simulation world = new Simulation(FUNCTIONS, (entry, since) -> upFrom(back, since));
    world.schedule(DOWN, RetrySchedule.DEFAULT.lasting(RetrySchedule.RELAY_AGE));
    List<EntryId> arrived = arrive(world, Duration.ofMinutes(5));

    world.runUntil(Simulation.START.plus(back).plus(Duration.ofMinutes(70)));

    assertThat(deliveries(world)).isEqualTo(arrived);
    assertThat(world.dialled.size() - MESSAGES).isLessThan(13 * 24 + 20);
    world.runOut();
    assertAllSentOnce(world, arrived);
  }

  @Test
  void aPrimaryThatStaysAwayLongerGetsWhatIsNotTooOld() throws IOException {
    Duration back = Duration.ofDays(15);
    Simulation world = new Simulation(FUNCTIONS, (entry, since) -> upFrom(back, since));
    world.schedule(DOWN, RetrySchedule.DEFAULT.lasting(RetrySchedule.RELAY_AGE));
    List<EntryId> arrived = arrive(world, Duration.ofMinutes(3)); // two days

    world.runOut();

    List<EntryId> young =
        arrived.stream()
            .filter(id ->
                id.message().acceptedAt().isAfter(Simulation.START.plus(Duration.ofHours(26))))
            .toList();
    assertThat(deliveries(world)).containsAll(young).doesNotHaveDuplicates();
    assertThat(reports(world)).hasSize(MESSAGES - deliveries(world).size());
  }

  /** Its turn never comes while others wait, and it holds nobody up. */
  @Test
  void oneMessageOnWhichTheServerFallsSilentDoesNotHoldUpTheOthers() throws IOException {
    List<EntryId> poison = new ArrayList<>();
    Simulation world =
        new Simulation(
            FUNCTIONS,
            (entry, since) ->
                since.toHours() < 2
                    ? Simulation.REFUSED
                    : poison.contains(entry) ? SILENCE : Simulation.TAKEN);
    List<EntryId> arrived = arrive(world, Duration.ofSeconds(3));
    poison.add(arrived.getFirst());

    world.runUntil(Simulation.START.plus(Duration.ofHours(5)));

    assertThat(deliveries(world)).hasSize(MESSAGES - 1).doesNotContain(poison.getFirst());
    Instant later = Simulation.START.plus(Duration.ofHours(5));
    for (int i = 0; i < 20; i++) {
      later = later.plus(Duration.ofMinutes(17));
      world.runUntil(later);
      EntryId entry = world.accept(later, "late" + i + "@" + DOWN, Map.of());
      world.runUntil(later.plus(Duration.ofMinutes(7)));
      assertThat(deliveries(world)).contains(entry);
    }
    world.runOut();
    assertThat(world.entry(poison.getFirst()).recipients().getFirst().end().orElseThrow())
        .isInstanceOf(End.Bounced.class);
  }

  @Test
  void whoAskedIsToldOfTheDelayAfterFourHoursOnceThoughNothingIsTried() throws IOException {
    Simulation world = new Simulation(1, (entry, since) -> Simulation.REFUSED);
    world.accept(Simulation.START, "first@" + DOWN, Map.of()); // this one shows that it is down
    EntryId asked =
        world.accept(
            Simulation.START.plusSeconds(10), "bob@" + DOWN, Map.of("NOTIFY", "FAILURE,DELAY"));
    Instant notice = asked.message().acceptedAt().plus(Duration.ofHours(4));

    world.runUntil(notice.minusSeconds(1));
    assertThat(reports(world)).isEmpty();
    world.runUntil(notice.plusSeconds(30));
    assertThat(reports(world))
        .singleElement()
        .satisfies(report ->
            assertThat(report).contains("Action: delayed", "deferred until", "connection refused"));
    world.runUntil(Simulation.START.plus(Duration.ofDays(4)));
    assertThat(reports(world)).hasSize(1);
    world.runOut();
    assertThat(reports(world)).hasSize(3); // and both failed in the end
  }

  /** A refusal of some message is no trouble of the destination. */
  @Test
  void aDestinationThatRefusesMessagesIsNotDown() throws IOException {
    Simulation world =
        new Simulation(
            FUNCTIONS,
            (entry, since) ->
                since.toMinutes() < 60
                    ? new Outcome.Deferred(SmtpReply.of(451, 7, 1, "greylisted"))
                    : Simulation.TAKEN);
    List<EntryId> arrived = arrive(world, Duration.ofSeconds(1));

    world.runOut();

    assertThat(world.destinations.find(DOWN)).isEqualTo(Destination.healthy(DOWN));
    assertAllSentOnce(world, arrived);
  }

  /** Who dies with the lease loses it; what he was sending is sent by another. */
  @Test
  void aLeaseDiesWithItsHolder() throws IOException {
    boolean[] kill = {true};
    Simulation world =
        new Simulation(
            FUNCTIONS,
            (entry, since) -> {
              if (since.toMinutes() >= 30 && kill[0]) {
                kill[0] = false;
                throw new Simulation.Killed();
              }
              return upFrom(Duration.ofMinutes(30), since);
            });
    List<EntryId> arrived = arrive(world, Duration.ofSeconds(1));

    world.runUntil(Simulation.START.plus(Duration.ofHours(3)));

    assertThat(kill[0]).isFalse();
    assertAllSentOnce(world, arrived);
  }

  private static Outcome upFrom(Duration back, Duration since) {
    return since.compareTo(back) < 0 ? Simulation.REFUSED : Simulation.TAKEN;
  }

  private static List<EntryId> arrive(Simulation world, Duration every) throws IOException {
    List<EntryId> arrived = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      Instant at = Simulation.START.plus(every.multipliedBy(i));
      world.runUntil(at);
      arrived.add(world.accept(at, "bob" + i + "@" + DOWN, Map.of()));
    }
    return arrived;
  }

  private static List<EntryId> deliveries(Simulation world) {
    return world.dialled.stream().filter(Dialled::isDelivery).map(Dialled::entry).toList();
  }

  private static void assertAllSentOnce(Simulation world, List<EntryId> arrived)
      throws IOException {
    assertThat(deliveries(world)).containsExactlyInAnyOrderElementsOf(arrived);
    for (EntryId id : arrived) {
      assertThat(world.entry(id).status()).isEqualTo(Status.DONE);
      assertThat(world.store.open(id.message())).as("the body of %s is freed", id).isEmpty();
    }
  }

  /** What senders were told. */
  private static List<String> reports(Simulation world) throws IOException {
    List<String> reports = new ArrayList<>();
    for (Iterator<MessageId> ids = world.store.listFrom(MessageId.first(Instant.EPOCH));
        ids.hasNext(); ) {
      try (var message = world.store.open(ids.next()).orElseThrow()) {
        String text = new String(message.content().readAllBytes(), StandardCharsets.UTF_8);
        if (text.contains("MAILER-DAEMON@mx.us.example")) {
          reports.add(text.replaceAll("\r\n[ \t]+", " "));
        }
      }
    }
    return reports;
  }
}
