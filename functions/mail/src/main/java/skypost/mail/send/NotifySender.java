package skypost.mail.send;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import skypost.mail.bounce.Bounces;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/** Tells senders what became of recipients, before the queue forgets them. */
record NotifySender(Bounces bounces, RetrySchedules schedules, Clock clock) {
  private static final Duration NOTICE_RETRY = Duration.ofMinutes(5);

  /**
   * Tells what an attempt came to, as far as the sender asked for it or must be told.
   *
   * @param body empty: it is gone
   * @param at when the attempt began
   * @return the settlement that stands: failures that nobody could be told of are not recorded yet
   */
  Settlement tell(
      QueueEntry booked, Settlement settlement, Optional<MessageBody> body, Instant at) {
    boolean isNobodys = booked.sender().isEmpty() && body.isEmpty(); // nor known to be ours
    if (settlement.ended().isEmpty() || isNobodys) {
      return settlement;
    }
    try {
      Envelope envelope =
          new Envelope(
              informed(booked, body),
              body.map(b -> b.envelope().senderParameters()).orElse(Map.of()),
              booked.recipients().stream()
                  .map(r -> new Envelope.Recipient(r.address(), r.parameters()))
                  .toList(),
              body.map(b -> b.envelope().origin())
                  .orElseGet(
                      () -> Envelope.Origin.internal(booked.id().message().acceptedAt(), "")));
      InputStream beginning =
          body.map(MessageBody::beginning).orElse(new ByteArrayInputStream(new byte[0]));
      MessageId bounce = MessageId.derived(at, booked.id() + ":" + booked.attemptsMade());
      bounces.send(
          bounce,
          new Bounces.Original(booked.id().message(), envelope, beginning, retriedUntil(booked)),
          settlement.ended());
      return settlement;
    } catch (IOException | RuntimeException fault) {
      EventLog.error("bounce-fault").with("entry", booked.id()).cause(fault).write();
      return settlement.withoutFailures(booked, clock.instant().plus(NOTICE_RETRY));
    }
  }

  /** Who is told. A forwarded message bears a sender of ours; its first sender is told at once. */
  private static Optional<EmailAddress> informed(QueueEntry booked, Optional<MessageBody> body) {
    return booked
        .sender()
        .flatMap(own -> body.map(b -> b.envelope().sender()).orElse(Optional.of(own)));
  }

  private Optional<Instant> retriedUntil(QueueEntry booked) throws IOException {
    EntryId id = booked.id();
    return Optional.of(schedules.of(id.destination()).end(id.message().acceptedAt()));
  }
}
