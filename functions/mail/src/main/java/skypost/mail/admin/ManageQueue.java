package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.queue.QueueFilter;

/** Shows the outbound queue and steps in by hand. */
public final class ManageQueue {
  private static final int MAX_READS = 20;
  private static final String FRESH = "first."; // no position in the queue begins so

  private final OutboundQueue queue;
  private final FreshEntries fresh;
  private final SteerEntry steer;

  /**
   * @param messages where entries before their first attempt are looked for
   */
  public ManageQueue(OutboundQueue queue, StoredMessages messages, SteerEntry steer, Clock clock) {
    this.queue = queue;
    this.fresh = new FreshEntries(queue, messages, clock);
    this.steer = steer;
  }

  /**
   * Entries that the filter lets through: those that wait for another attempt or for its outcome,
   * or for their release, in the order of their next attempt; and where the filter names the status
   * {@code QUEUED} or {@code SENDING}, those of the last day without the outcome of a first
   * attempt, in the order of acceptance. A page may be short, and not the last.
   */
  public Page<QueueEntry> list(QueueFilter filter, int limit, Optional<String> next)
      throws IOException {
    if (!filter.isAboutFirstAttempts()) {
      return waiting(filter, limit, next);
    }
    if (filter.status().equals(Optional.of(Status.QUEUED))) {
      return fresh.page(filter, limit, next);
    }
    if (next.filter(at -> at.startsWith(FRESH)).isPresent()) {
      return then(
          fresh.page(
              filter,
              limit,
              next.map(at -> at.substring(FRESH.length())).filter(at -> !at.isEmpty())));
    }
    Page<QueueEntry> waiting = waiting(filter, limit, next);
    return waiting.next().isPresent()
        ? waiting
        : new Page<>(waiting.items(), Optional.of(FRESH)); // then those of first attempts
  }

  private static Page<QueueEntry> then(Page<QueueEntry> page) {
    return new Page<>(page.items(), page.next().map(FRESH::concat));
  }

  private Page<QueueEntry> waiting(QueueFilter filter, int limit, Optional<String> next)
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

  /** Does something to the entries that are meant, as far as their states allow it. */
  public Outcome<List<QueueEntry>> act(QueueTarget target, QueueAction action) throws IOException {
    if (!(find(target) instanceof Outcome.Done<List<QueueEntry>>(List<QueueEntry> entries))) {
      return new Outcome.Missing<>("queue entry " + target);
    }
    List<QueueEntry> changed = new ArrayList<>();
    for (QueueEntry entry : entries) {
      steer.apply(entry, action, ByHand.API).ifPresent(changed::add);
    }
    return changed.isEmpty()
        ? new Outcome.Conflict<>(target + " cannot be " + impossible(action))
        : new Outcome.Done<>(changed);
  }

  private static String impossible(QueueAction action) {
    return switch (action) {
      case QueueAction.Retry() ->
          "retried: only an entry that waits for its next attempt can be; release one that is held";
      case QueueAction.Hold() -> "held: only an entry that waits can be";
      case QueueAction.Release() -> "released: it is not held, or it is being deleted";
      case QueueAction.Reroute(_) ->
          "rerouted: it is done, or being deleted, or an attempt is being made now";
      case QueueAction.Delete(_) -> "removed: it is done, or an attempt is being made now";
    };
  }
}
