package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.bounce.Bounces;
import skypost.mail.bounce.FailedRecipient;
import skypost.mail.directory.Page;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.smtp.SmtpReply;

/**
 * Shows the outbound queue and steps in by hand. An entry whose attempt is being made right now is
 * left alone: its outcome is not known yet, and what is done twice would be delivered twice.
 */
public final class ManageQueue {
  private static final SmtpReply REMOVED =
      SmtpReply.of(554, 7, 0, "removed from the queue by the administrator");
  private static final int MAX_READS = 20;
  private static final int MAX_TRIES = 3;

  private final OutboundQueue queue;
  private final StoredMessages messages;
  private final FreeBodies bodies;
  private final Bounces bounces;
  private final Clock clock;

  public ManageQueue(
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
   * Waiting entries that the filter lets through, in the order of their next attempt. A page may be
   * short, and not the last.
   */
  public Page<QueueEntry> list(QueueFilter filter, int limit, Optional<String> next)
      throws IOException {
    List<QueueEntry> found = new ArrayList<>();
    Optional<String> at = next;
    for (int reads = 0; reads < MAX_READS; reads++) {
      Page<QueueEntry> page = queue.waiting(limit - found.size(), at);
      page.items().stream().filter(filter::accepts).forEach(found::add);
      at = page.next();
      if (at.isEmpty() || found.size() == limit) {
        break;
      }
    }
    return new Page<>(found, at);
  }

  /** The entries that are meant, done ones too. */
  public Outcome<List<QueueEntry>> find(QueueTarget target) throws IOException {
    List<QueueEntry> entries =
        queue.entries(target.message()).stream().filter(target::means).toList();
    return entries.isEmpty()
        ? new Outcome.Missing<>("queue entry " + target)
        : new Outcome.Done<>(entries);
  }

  /** Makes the next attempt due now. */
  public Outcome<List<QueueEntry>> retry(QueueTarget target) throws IOException {
    Instant now = now();
    return change(
        target,
        "retried: only an entry that waits for its next attempt can be; release one that is held",
        entry ->
            switch (entry.status()) {
              case QUEUED, DEFERRED -> Optional.of(entry.withStatus(entry.status(), now));
              case SENDING, HELD, DONE -> Optional.empty();
            });
  }

  /** Stops attempts until release. */
  public Outcome<List<QueueEntry>> hold(QueueTarget target) throws IOException {
    return change(
        target,
        "held: only an entry that waits can be",
        entry ->
            switch (entry.status()) {
              case QUEUED, DEFERRED, HELD ->
                  Optional.of(entry.withStatus(Status.HELD, entry.nextAttempt()));
              case SENDING, DONE -> Optional.empty();
            });
  }

  /** Lets a held entry go on where its schedule was. */
  public Outcome<List<QueueEntry>> release(QueueTarget target) throws IOException {
    return change(
        target,
        "released: it is not held",
        entry ->
            switch (entry.status()) {
              case HELD ->
                  Optional.of(
                      entry.withStatus(
                          entry.attemptsMade() == 0 ? Status.QUEUED : Status.DEFERRED,
                          entry.nextAttempt()));
              case QUEUED, SENDING, DEFERRED, DONE -> Optional.empty();
            });
  }

  /**
   * Takes entries out of the queue, and their body with them when nobody else needs it.
   *
   * @param bounce whether the sender is told
   */
  public Outcome<List<QueueEntry>> remove(QueueTarget target, boolean bounce) throws IOException {
    Outcome<List<QueueEntry>> outcome =
        change(
            target,
            "removed: it is done, or an attempt is being made now",
            entry ->
                switch (entry.status()) {
                  case QUEUED, DEFERRED, HELD -> Optional.of(removed(entry, bounce));
                  case SENDING -> Optional.empty();
                  case DONE ->
                      wasRemoved(entry)
                          ? Optional.of(entry)
                          : Optional.empty(); // a repeat: see to the rest
                });
    if (outcome instanceof Outcome.Done<List<QueueEntry>>(List<QueueEntry> removed)) {
      for (QueueEntry entry : removed) {
        if (bounce) {
          tellSender(entry);
        }
        bodies.free(entry.id().message(), entry.shared(), entry.id().bodyHolder());
      }
    }
    return outcome;
  }

  private void tellSender(QueueEntry entry) throws IOException {
    List<FailedRecipient> failed =
        entry.recipients().stream()
            .filter(recipient -> recipient.end().equals(Optional.of(new End.Bounced(REMOVED))))
            .map(recipient ->
                new FailedRecipient(
                    recipient.address(), recipient.parameters(), REMOVED, Optional.empty()))
            .toList();
    Optional<StoredMessages.StoredMessage> stored = messages.open(entry.id().message());
    if (stored.isPresent() && !failed.isEmpty()) {
      try (var message = stored.get()) {
        MessageId bounce = MessageId.derived(entry.nextAttempt(), "removed " + entry.id());
        bounces.send(
            bounce,
            new Bounces.Original(entry.id().message(), message.envelope(), message.content()),
            failed);
      }
    }
  }

  /** What an entry shall become; empty: it cannot. */
  @FunctionalInterface
  private interface Step {
    Optional<QueueEntry> of(QueueEntry entry);
  }

  private Outcome<List<QueueEntry>> change(QueueTarget target, String impossible, Step step)
      throws IOException {
    if (!(find(target) instanceof Outcome.Done<List<QueueEntry>>(List<QueueEntry> entries))) {
      return new Outcome.Missing<>("queue entry " + target);
    }
    List<QueueEntry> changed = new ArrayList<>();
    for (QueueEntry entry : entries) {
      change(entry, step).ifPresent(changed::add);
    }
    return changed.isEmpty()
        ? new Outcome.Conflict<>(target + " cannot be " + impossible)
        : new Outcome.Done<>(changed);
  }

  private Optional<QueueEntry> change(QueueEntry first, Step step) throws IOException {
    Optional<QueueEntry> seen = Optional.of(first);
    for (int tries = 0; tries < MAX_TRIES && seen.isPresent(); tries++) {
      Optional<QueueEntry> wanted = step.of(seen.get());
      if (wanted.isEmpty()) {
        return Optional.empty();
      }
      if (queue.replace(seen.get(), wanted.get())) {
        return wanted;
      }
      // changed since it was read: look again
      seen =
          queue.entries(first.id().message()).stream()
              .filter(entry -> entry.id().equals(first.id()))
              .findFirst();
    }
    return Optional.empty();
  }

  /** To the millisecond, as it is kept. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private QueueEntry removed(QueueEntry entry, boolean bounce) {
    End end = bounce ? new End.Bounced(REMOVED) : new End.Removed();
    List<QueuedRecipient> recipients =
        entry.recipients().stream()
            .map(each -> each.end().isPresent() ? each : each.ended(end))
            .toList();
    return entry.withRecipients(recipients).withStatus(Status.DONE, now());
  }

  private static boolean wasRemoved(QueueEntry entry) {
    return entry.recipients().stream()
        .flatMap(recipient -> recipient.end().stream())
        .anyMatch(end -> end instanceof End.Removed || end.equals(new End.Bounced(REMOVED)));
  }
}
