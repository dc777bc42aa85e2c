package skypost.mail.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.bounce.Bounces;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OutboundQueue.Booking;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Attempt;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** A queue in memory that somebody steps into. */
final class QueueByHand {
  static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  static final Instant ACCEPTED = NOW.minusSeconds(3600);
  static final EmailAddress ANN = new EmailAddress("ann", "local.example");

  final InMemoryMessages messages = new InMemoryMessages();
  final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  final InMemoryOutboundQueue queue = new InMemoryOutboundQueue(clock, wake -> {});
  private boolean storeFails;

  /** An entry whose first attempt was put off. */
  QueueEntry defer(String name) throws IOException {
    MessageId id = MessageId.derived(ACCEPTED, name);
    EmailAddress to = new EmailAddress(name, "far.example");
    try (var draft = messages.begin(id, envelope(to))) {
      draft.write("Subject: sample\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
      draft.commit();
    }
    QueueEntry entry =
        QueueEntry.first(
            new EntryId(id, to.domain(), 0),
            Optional.of(ANN),
            20,
            List.of(new QueuedRecipient(to, Map.of(), Optional.empty())));
    queue.enqueue(List.of(entry));
    QueueEntry booked = book(entry.id(), ACCEPTED);
    QueueEntry deferred =
        booked
            .withStatus(Status.DEFERRED, NOW.plusSeconds(300))
            .withAttempt(new Attempt(ACCEPTED, "", "", SmtpReply.of(451, 4, 1, "later")));
    queue.finish(deferred);
    return deferred;
  }

  QueueEntry book(EntryId id, Instant at) {
    return ((Booking.Booked) queue.book(id, at, at.plusSeconds(60))).entry();
  }

  QueueEntry now(QueueEntry entry) {
    return queue.entries(entry.id().message()).getFirst();
  }

  SteerEntry steer() {
    IncomingMessages store =
        (id, envelope) -> {
          if (storeFails) {
            throw new IOException("no answer");
          }
          return messages.begin(id, envelope);
        };
    return new SteerEntry(
        queue,
        messages,
        new FreeBodies(new InMemoryBodyHolders(), messages),
        new Bounces(store, "mx.local.example"),
        clock);
  }

  void storeFails(boolean fails) {
    storeFails = fails;
  }

  /** Everything in the store that has the null sender. */
  List<MessageId> bounces() throws IOException {
    List<MessageId> bounces = new ArrayList<>();
    Iterator<MessageId> ids = messages.listFrom(MessageId.first(Instant.EPOCH));
    while (ids.hasNext()) {
      MessageId id = ids.next();
      if (messages.open(id).orElseThrow().envelope().sender().isEmpty()) {
        bounces.add(id);
      }
    }
    return bounces;
  }

  private static Envelope envelope(EmailAddress to) {
    return new Envelope(
        Optional.of(ANN),
        Map.of(),
        List.of(new Envelope.Recipient(to)),
        Envelope.Origin.internal(ACCEPTED, "test"));
  }
}
