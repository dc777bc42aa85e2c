package skypost.mail.send;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import skypost.mail.bounce.DelayedRecipient;
import skypost.mail.bounce.FailedRecipient;
import skypost.mail.bounce.Reported;
import skypost.mail.bounce.SucceededRecipient;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Attempt;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Outcome;

/**
 * What an attempt comes to: the entry as it shall be, and of which ends the sender is told. Pure.
 *
 * @param entry the entry with the attempt and the ends it brought
 * @param ended the recipients that this attempt ended, or left waiting for long, so that the sender
 *     may have to be told
 */
record Settlement(QueueEntry entry, List<Reported> ended) {
  /**
   * Characters of a reply that are kept: an entry has a hundred recipients, and a DynamoDB item 400
   * KB.
   */
  static final int MAX_REPLY = 400;

  /** After so long a sender who wants to hear of delays does (RFC 3461 section 4.1). */
  static final Duration DELAY = Duration.ofHours(4);

  Settlement {
    ended = List.copyOf(ended);
  }

  /**
   * @param booked the entry as booked
   * @param delivery a result for each recipient that still waits, in order
   * @param at when the attempt began
   * @param next when the next one may be; empty when this was the last
   */
  static Settlement of(
      QueueEntry booked, Courier.Delivery delivery, Instant at, Optional<Instant> next) {
    return of(booked, delivery, at, new Outlook(next, booked.attemptsMade()));
  }

  /**
   * What comes after.
   *
   * @param next when it may be tried again; empty when this was the end
   * @param attempts delivery attempts until now, for the sender
   */
  record Outlook(Optional<Instant> next, int attempts) {}

  /** The same, where the entry was booked and yet not tried. */
  static Settlement of(QueueEntry booked, Courier.Delivery delivery, Instant at, Outlook outlook) {
    Optional<Instant> next = outlook.next();
    Iterator<Courier.Result> results = delivery.results().iterator();
    List<QueuedRecipient> recipients = new ArrayList<>();
    List<Reported> ended = new ArrayList<>();
    for (QueuedRecipient recipient : booked.recipients()) {
      if (recipient.end().isPresent()) {
        recipients.add(recipient);
        continue;
      }
      Courier.Result result = results.next();
      boolean delayed = next.isPresent() && isNoticeDue(booked, at);
      Optional<End> end = end(result.outcome(), outlook.attempts(), next.isEmpty());
      recipients.add(end.map(recipient::ended).orElse(recipient));
      if (end.isPresent()) {
        report(recipient, end.get(), result).ifPresent(ended::add);
      } else if (delayed) {
        ended.add(
            new DelayedRecipient(
                recipient.address(),
                recipient.parameters(),
                bounded(result.outcome().reply()),
                result.mta()));
      }
    }
    return new Settlement(entry(booked, recipients, next.orElse(at), attempt(delivery, at)), ended);
  }

  /** Whether a look at the entry is the first after so long; so one report is sent of it. */
  static boolean isNoticeDue(QueueEntry entry, Instant at) {
    Instant since = noticeAt(entry);
    boolean toldBefore =
        entry.attempts().stream().anyMatch(attempt -> !attempt.at().isBefore(since));
    return !at.isBefore(since) && !toldBefore;
  }

  /** When senders who asked are told that a message is still under way. */
  static Instant noticeAt(QueueEntry entry) {
    return entry.id().message().acceptedAt().plus(DELAY);
  }

  /** The time of the next attempt, or of the notice where that comes first and somebody asked. */
  static Instant notAfterNotice(QueueEntry entry, Instant now, Instant next) {
    Instant notice = noticeAt(entry);
    return notice.isAfter(now) && next.isAfter(notice) && wantsNotice(entry) ? notice : next;
  }

  /** Whether somebody who is to be told of a delay waits in it (RFC 3461 section 4.1). */
  static boolean wantsNotice(QueueEntry entry) {
    return entry.sender().isPresent()
        && entry.waiting().stream()
            .anyMatch(recipient -> Reported.asks(recipient.parameters(), "DELAY"));
  }

  /** Of what the next server has taken, it tells the sender itself, unless it knows no DSN. */
  private static Optional<Reported> report(
      QueuedRecipient recipient, End end, Courier.Result result) {
    return switch (end) {
      case End.Bounced(SmtpReply reply) ->
          Optional.of(
              new FailedRecipient(
                  recipient.address(), recipient.parameters(), reply, result.mta()));
      case End.Sent(SmtpReply reply) when result.outcome() instanceof Outcome.Relayed ->
          Optional.of(
              new SucceededRecipient(
                  recipient.address(),
                  recipient.parameters(),
                  SucceededRecipient.How.RELAYED,
                  reply,
                  result.mta()));
      case End.Sent ignored -> Optional.empty();
      case End.Removed ignored -> Optional.empty();
    };
  }

  private static Optional<End> end(Outcome outcome, int attempts, boolean last) {
    return switch (outcome) {
      case Outcome.Delivered(SmtpReply reply) -> Optional.of(new End.Sent(bounded(reply)));
      case Outcome.Relayed(SmtpReply reply) -> Optional.of(new End.Sent(bounded(reply)));
      case Outcome.Failed(SmtpReply reply) -> Optional.of(new End.Bounced(bounded(reply)));
      case Outcome.Deferred(SmtpReply reply) ->
          last ? Optional.of(new End.Bounced(expired(reply, attempts))) : Optional.empty();
      case Outcome.Undecided(SmtpReply reply) ->
          last ? Optional.of(new End.Bounced(expired(reply, attempts))) : Optional.empty();
    };
  }

  private static SmtpReply expired(SmtpReply last, int attempts) {
    return SmtpReply.of(
        554,
        4,
        7, // RFC 3463 section 3.5: X.4.7, delivery time expired
        "delivery time expired after "
            + attempts
            + (attempts == 1 ? " attempt" : " attempts")
            + "; the last answer was: "
            + bounded(last));
  }

  /**
   * A peer's words may be anything of any length; what is kept is short and has no control
   * characters.
   */
  static SmtpReply bounded(SmtpReply reply) {
    List<String> lines = new ArrayList<>();
    int room = MAX_REPLY;
    for (String line : reply.lines()) {
      String clean = line.replaceAll("\\p{Cntrl}", "?");
      if (clean.length() > room) {
        lines.add(clean.substring(0, room) + "...");
        break;
      }
      lines.add(clean);
      room -= clean.length() + 1;
      if (room <= 0) {
        break;
      }
    }
    return new SmtpReply(reply.code(), reply.subject(), reply.detail(), lines);
  }

  /**
   * The same, but the failures are left for another attempt, because the sender could not be told
   * of them. What was sent stays so: a report that is lost is less than a message that comes twice.
   */
  Settlement withoutFailures(QueueEntry booked, Instant next) {
    List<QueuedRecipient> recipients = new ArrayList<>();
    for (int i = 0; i < booked.recipients().size(); i++) {
      QueuedRecipient before = booked.recipients().get(i);
      QueuedRecipient after = entry.recipients().get(i);
      boolean failedNow = before.end().isEmpty() && after.end().orElse(null) instanceof End.Bounced;
      recipients.add(failedNow ? before : after);
    }
    return new Settlement(entry(booked, recipients, next, entry.attempts().getLast()), List.of());
  }

  private static QueueEntry entry(
      QueueEntry booked, List<QueuedRecipient> recipients, Instant next, Attempt attempt) {
    boolean done = recipients.stream().allMatch(recipient -> recipient.end().isPresent());
    return booked
        .withStatus(done ? Status.DONE : Status.DEFERRED, next)
        .withRecipients(recipients)
        .withAttempt(attempt);
  }

  /**
   * The reply that says most about the attempt: why it is tried again, or else why it failed, or
   * else that it worked.
   */
  private static Attempt attempt(Courier.Delivery delivery, Instant at) {
    List<Outcome> outcomes = delivery.results().stream().map(Courier.Result::outcome).toList();
    Outcome telling =
        outcomes.stream()
            .filter(outcome -> outcome.reply().isTransient())
            .findFirst()
            .or(() ->
                outcomes.stream().filter(outcome -> outcome.reply().isPermanent()).findFirst())
            .orElse(outcomes.getFirst());
    return new Attempt(at, delivery.server(), delivery.tls(), bounded(telling.reply()));
  }
}
