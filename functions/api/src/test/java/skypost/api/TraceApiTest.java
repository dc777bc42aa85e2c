package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Attempt;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.trace.Traces.Outcome;
import skypost.mail.trace.Traces.Receipt;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** "Where is my message?" at every step of its way. */
class TraceApiTest {
  @Test
  void aMessageThatWasOnlyAcceptedIsKnown() throws IOException {
    World world = World.empty();
    MessageId id =
        world.store(MessageId.at(World.ACCEPTED, new java.util.Random(1)), "bob@local.example");

    Map<String, Object> trace = world.get("/v1/messages/" + id).json();

    assertThat(trace)
        .containsEntry("id", id.toString())
        .containsEntry("status", "accepted")
        .containsEntry("acceptedAt", "2026-11-25T07:00:00Z")
        .containsEntry("from", "ann@local.example")
        .containsEntry("recipients", List.of("bob@local.example"))
        .containsEntry("client", "203.0.113.7")
        .containsEntry("helo", "client.example")
        .containsEntry("tls", "TLSv1.3 TLS_AES_128_GCM_SHA256")
        .containsEntry("login", "ann@local.example")
        .doesNotContainKey("subject");
    assertThat(events(trace)).containsExactly("accepted");
  }

  @Test
  void aFiledMessageIsDelivered() throws IOException {
    Map<String, Object> trace = World.seeded().get("/v1/messages/" + World.FILED).json();

    assertThat(trace)
        .containsEntry("status", "delivered")
        .containsEntry("subject", "sample")
        .containsEntry("size", 60);
    assertThat(timeline(trace).getLast())
        .containsEntry("event", "delivered")
        .containsEntry("recipient", "ann@local.example")
        .containsEntry("folder", "INBOX")
        .containsEntry("uid", 1)
        .containsEntry("at", "2026-11-25T07:00:01Z");
  }

  @Test
  void whatWasFoundOutAboutTheSenderIsInTheTimeline() throws IOException {
    World world = World.seeded();
    MessageId id = MessageId.derived(World.NOW, "suspect");
    EmailAddress ann = World.address("ann@local.example");
    var junk = new RecipientOutcome(ann, ann, new Outcome.Filed("Junk", 3), "dmarc-quarantine");
    world.traces.record(
        new Receipt(
            id, envelope(world), 60, "win", World.NOW, List.of(junk), "mx.example; dmarc=fail"));

    Map<String, Object> trace = world.get("/v1/messages/" + id).json();

    assertThat(trace).containsEntry("status", "delivered");
    assertThat(events(trace)).containsExactly("accepted", "verified", "delivered");
    assertThat(timeline(trace).get(1)).containsEntry("detail", "mx.example; dmarc=fail");
    assertThat(timeline(trace).getLast())
        .containsEntry("folder", "Junk")
        .containsEntry("detail", "dmarc-quarantine");
  }

  @Test
  void whatWasRefusedInTheDialogueHasATrace() throws IOException {
    World world = World.seeded();
    MessageId id = MessageId.derived(World.NOW, "refused");
    EmailAddress ann = World.address("ann@local.example");
    var refused = new Outcome.Refused(SmtpReply.of(550, 7, 26, "forged"));
    world.traces.recordRefusal(
        new Receipt(
            id,
            envelope(world),
            60,
            "win",
            World.NOW,
            List.of(new RecipientOutcome(ann, ann, refused, "spoofed")),
            "mx.example; dmarc=fail"));

    Map<String, Object> trace = world.get("/v1/messages/" + id).json();

    assertThat(trace).containsEntry("status", "refused").containsEntry("subject", "win");
    assertThat(events(trace)).containsExactly("verified", "refused");
    assertThat(timeline(trace).getLast())
        .containsEntry("reply", "550 5.7.26 forged")
        .containsEntry("detail", "spoofed")
        .containsEntry("recipient", "ann@local.example");
  }

  private static Envelope envelope(World world) throws IOException {
    return world.traces.receipt(World.FILED).orElseThrow().envelope();
  }

  @Test
  void aDeferredMessageTellsItsAttemptsAndTheNext() throws IOException {
    Map<String, Object> trace = World.seeded().get("/v1/messages/" + World.WAITS).json();

    assertThat(trace).containsEntry("status", "deferred");
    assertThat(events(trace))
        .containsExactly("accepted", "queued", "queued", "attempt", "deferred", "deferred");
    assertThat(timeline(trace).get(3))
        .containsEntry("server", "mx.far.example[192.0.2.25]:25")
        .containsEntry("tls", "TLSv1.3")
        .containsEntry("reply", "451 4.4.1 try again later");
    assertThat(timeline(trace).getLast())
        .containsEntry("recipient", "carol@far.example")
        .containsEntry("nextAttempt", "2026-11-25T08:05:00Z");
  }

  @Test
  void aHeldMessageSaysSo() throws IOException {
    assertThat(World.seeded().get("/v1/messages/" + World.HELD).json())
        .containsEntry("status", "held");
  }

  @Test
  void theNextServersAnswersAreInTheTimeline() throws IOException {
    World world = World.seeded();
    SmtpReply taken = SmtpReply.of(250, 0, 0, "queued as 42");
    SmtpReply refused = SmtpReply.of(550, 1, 1, "no such user");
    QueueEntry booked = world.book(world.queue.entries(World.WAITS).getFirst().id());
    List<QueuedRecipient> ended =
        List.of(
            booked.recipients().get(0).ended(new End.Sent(taken)),
            booked.recipients().get(1).ended(new End.Bounced(refused)));
    world.queue.finish(
        new QueueEntry(
            booked.id(),
            new QueueEntry.Mail(booked.sender(), 60, false, ""),
            new QueueEntry.Turn(
                Status.DONE, World.NOW, booked.attemptsMade(), booked.id().destination()),
            ended,
            List.of(
                booked.attempts().getFirst(),
                new Attempt(World.NOW, "mx.far.example[192.0.2.25]:25", "", taken)),
            ByHand.NOTHING));

    Map<String, Object> trace = world.get("/v1/messages/" + World.WAITS).json();

    assertThat(trace).containsEntry("status", "bounced");
    assertThat(events(trace)).endsWith("attempt", "delivered", "bounced");
    assertThat(timeline(trace).getLast()).containsEntry("reply", "550 5.1.1 no such user");
  }

  @Test
  void aFailureWithNobodyToTellIsNoBounce() throws IOException {
    World world = World.empty();
    MessageId id = MessageId.derived(World.ACCEPTED, "bounce");
    var to = World.address("gone@local.example");
    world.traces.record(
        new skypost.mail.trace.Traces.Receipt(
            id,
            new skypost.mail.message.Envelope(
                Optional.empty(),
                Map.of(),
                List.of(new skypost.mail.message.Envelope.Recipient(to)),
                skypost.mail.message.Envelope.Origin.internal(
                    World.ACCEPTED, "mx.skypost.example")),
            60,
            "Undelivered",
            World.NOW,
            List.of(
                new RecipientOutcome(
                    to, to, new Outcome.Failed(SmtpReply.of(550, 1, 1, "no such mailbox"))))));

    Map<String, Object> trace = world.get("/v1/messages/" + id).json();

    assertThat(trace)
        .containsEntry("status", "failed")
        .containsEntry("from", "")
        .doesNotContainKey("client");
    assertThat(timeline(trace).getLast()).containsEntry("reply", "550 5.1.1 no such mailbox");
  }

  @Test
  void anUnknownMessageIsNotFoundAndNonsenseRefused() throws IOException {
    World world = World.seeded();

    assertThat(world.get("/v1/messages/" + MessageId.first(World.NOW)).status()).isEqualTo(404);
    assertThat(world.get("/v1/messages/nonsense").status()).isEqualTo(400);
  }

  @SuppressWarnings("unchecked") // a timeline holds objects
  private static List<Map<String, Object>> timeline(Map<String, Object> trace) {
    return (List<Map<String, Object>>) trace.get("timeline");
  }

  private static List<Object> events(Map<String, Object> trace) {
    return timeline(trace).stream().map(event -> event.get("event")).toList();
  }
}
