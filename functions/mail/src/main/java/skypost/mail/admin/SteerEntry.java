package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import skypost.mail.bounce.Bounces;
import skypost.mail.bounce.FailedRecipient;
import skypost.mail.directory.HostPort;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.ByHand.Step;
import skypost.mail.queue.ByHand.What;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;

/**
 * Does one thing to one entry of the outbound queue, and leaves a trace of it there. An entry whose
 * attempt is being made right now is left alone: its outcome is not known yet, and what is done
 * twice would be delivered twice.
 *
 * <p>Whoever deletes with a bounce first takes the entry out of the schedule, then sends the
 * bounce, then forgets the entry: the sender is told of what is really over, and is told before
 * anything is gone. What dies in the middle stays held, and deleting it again goes on.
 */
public final class SteerEntry {
  static final SmtpReply REMOVED =
      SmtpReply.of(554, 7, 0, "removed from the queue by the administrator");
  private static final String BOUNCE = "bounce";
  private static final int MAX_TRIES = 3;

  private final OutboundQueue queue;
  private final StoredMessages messages;
  private final FreeBodies bodies;
  private final Bounces bounces;
  private final Clock clock;

  public SteerEntry(
      OutboundQueue queue,
      StoredMessages messages,
      FreeBodies bodies,
      Bounces bounces,
      Clock clock) {
    this.queue = queue;
    this.messages = messages;
    this.bodies = bodies;
    this.bounces = bounces;
    this.clock = clock;
  }

  /**
   * Does it.
   *
   * @param first the entry as it was read
   * @param by who; for an operation, what it has done to the entry already it does not do again
   * @return the entry as it is then; empty when its state does not allow it
   * @throws IOException when the outcome is not known: the same may be asked for again
   */
  public Optional<QueueEntry> apply(QueueEntry first, QueueAction action, String by)
      throws IOException {
    Optional<QueueEntry> seen = Optional.of(first);
    for (int tries = 0; tries < MAX_TRIES && seen.isPresent(); tries++) {
      QueueEntry before = seen.get();
      boolean doneBefore = !by.equals(ByHand.API) && before.byHand().hasStepOf(by);
      Optional<QueueEntry> after =
          doneBefore && !isBeingRemoved(before)
              ? Optional.of(before)
              : next(before, action, step(action, by));
      if (after.isEmpty()) {
        return Optional.empty();
      }
      boolean isRepeat = after.get().equals(before);
      if (isRepeat || queue.replace(before, after.get())) {
        if (isRepeat && isWaiting(before)) { // the wake may not have been sent that time
          queue.wake(EntryWake.of(before, Optional.of(before.nextAttempt())), clock.instant());
        }
        log(before, after.get());
        return Optional.of(
            action instanceof QueueAction.Delete ? finishRemoval(after.get()) : after.get());
      }
      seen = read(first.id()); // changed since it was read
    }
    return Optional.empty();
  }

  /** The entry as it is now. */
  Optional<QueueEntry> read(EntryId id) throws IOException {
    return queue.entries(id.message()).stream().filter(entry -> entry.id().equals(id)).findFirst();
  }

  private Step step(QueueAction action, String by) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS); // as it is kept
    return switch (action) {
      case QueueAction.Retry() -> new Step(now, What.RETRIED, by, "");
      case QueueAction.Hold() -> new Step(now, What.HELD, by, "");
      case QueueAction.Release() -> new Step(now, What.RELEASED, by, "");
      case QueueAction.Reroute(Optional<HostPort> to) ->
          new Step(now, What.REROUTED, by, to.map(HostPort::toString).orElse(""));
      case QueueAction.Delete(boolean bounce) ->
          new Step(now, What.REMOVED, by, bounce ? BOUNCE : "");
    };
  }

  /** What the entry becomes; itself when nothing is to change, and empty when it cannot. */
  private static Optional<QueueEntry> next(QueueEntry entry, QueueAction action, Step step) {
    if (isBeingRemoved(entry)) {
      return action instanceof QueueAction.Delete ? Optional.of(entry) : Optional.empty();
    }
    boolean held = entry.status() == Status.HELD;
    boolean waits = isWaiting(entry);
    QueueEntry stepped = entry.withByHand(entry.byHand().with(step));
    return switch (action) {
      case QueueAction.Retry() ->
          waits ? Optional.of(stepped.withStatus(entry.status(), step.at())) : Optional.empty();
      case QueueAction.Hold() -> {
        Optional<QueueEntry> stopped =
            waits
                ? Optional.of(stepped.withStatus(Status.HELD, entry.nextAttempt()))
                : Optional.empty();
        yield held ? Optional.of(entry) : stopped;
      }
      case QueueAction.Release() -> // deferred, though nothing may have been tried: so lists,
          // flushes and the sweep see it
          held
              ? Optional.of(stepped.withStatus(Status.DEFERRED, entry.nextAttempt()))
              : Optional.empty();
      case QueueAction.Reroute(Optional<HostPort> to) -> {
        boolean same = entry.byHand().route().equals(to);
        QueueEntry rerouted = stepped.withByHand(stepped.byHand().withRoute(to));
        yield waits || held ? Optional.of(same ? entry : rerouted) : Optional.empty();
      }
      case QueueAction.Delete(boolean bounce) -> {
        if (wasRemoved(entry)) {
          yield Optional.of(entry); // a repeat: see to the rest
        }
        QueueEntry out =
            bounce
                ? stepped.withStatus(Status.HELD, entry.nextAttempt())
                : ended(stepped, new End.Removed(), step.at());
        yield waits || held ? Optional.of(out) : Optional.empty();
      }
    };
  }

  private static boolean isWaiting(QueueEntry entry) {
    return entry.status() == Status.QUEUED || entry.status() == Status.DEFERRED;
  }

  /** Out of the schedule, and to be forgotten once the sender is told. */
  static boolean isBeingRemoved(QueueEntry entry) {
    return entry.status() == Status.HELD
        && entry.byHand().last().filter(step -> step.what() == What.REMOVED).isPresent();
  }

  private static boolean wasRemoved(QueueEntry entry) {
    return entry.status() == Status.DONE
        && entry.recipients().stream()
            .flatMap(recipient -> recipient.end().stream())
            .anyMatch(SteerEntry::isRemoval);
  }

  /** Whether a recipient ended by hand. */
  static boolean isRemoval(End end) {
    return end instanceof End.Removed || end.equals(new End.Bounced(REMOVED));
  }

  private static QueueEntry ended(QueueEntry entry, End end, Instant at) {
    List<QueuedRecipient> recipients =
        entry.recipients().stream()
            .map(each -> each.end().isPresent() ? each : each.ended(end))
            .toList();
    return entry.withRecipients(recipients).withStatus(Status.DONE, at);
  }

  private QueueEntry finishRemoval(QueueEntry entry) throws IOException {
    QueueEntry removed = entry;
    if (isBeingRemoved(entry)) {
      Instant at = entry.byHand().last().orElseThrow().at();
      tellSender(entry, at);
      removed = ended(entry, new End.Bounced(REMOVED), at);
      if (!queue.replace(entry, removed)) { // somebody else has finished it
        removed = read(entry.id()).orElse(removed);
      }
    }
    bodies.free(entry.id().message(), entry.shared(), entry.id().bodyHolder());
    return removed;
  }

  /**
   * @param at when the entry was taken out: the bounce's id comes of it, so that a repeat is no
   *     second bounce
   */
  private void tellSender(QueueEntry entry, Instant at) throws IOException {
    List<FailedRecipient> failed =
        entry.waiting().stream()
            .map(recipient ->
                new FailedRecipient(
                    recipient.address(), recipient.parameters(), REMOVED, Optional.empty()))
            .toList();
    Optional<StoredMessages.StoredMessage> stored = messages.open(entry.id().message());
    if (stored.isPresent() && !failed.isEmpty()) {
      try (var message = stored.get()) {
        bounces.send(
            MessageId.derived(at, "removed " + entry.id()),
            new Bounces.Original(entry.id().message(), message.envelope(), message.content()),
            failed);
      }
    }
  }

  private static void log(QueueEntry before, QueueEntry after) {
    if (after.equals(before)) {
      return;
    }
    Step step = after.byHand().last().orElseThrow();
    EventLog.info("queue-action")
        .with("id", after.id().message())
        .with("entry", after.id())
        .with("action", step.what())
        .with("by", step.by())
        .with("detail", step.detail())
        .write();
  }
}
