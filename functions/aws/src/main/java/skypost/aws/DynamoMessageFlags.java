package skypost.aws;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.MessageFlags;
import skypost.mail.mailbox.Modseq;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * {@link MessageFlags} in heads and pages. Entries of the head change in one update of it; where
 * pages change too, they and the head do in one transaction.
 */
public final class DynamoMessageFlags implements MessageFlags {
  /** Pages of one transaction, which takes 100 items with the head (DynamoDB, "Quotas"). */
  private static final int PAGES_AT_ONCE = 99;

  private static final int MAX_TRIES = 20;

  private final MailboxTable table;
  private final Clock clock;

  /**
   * @param tableName the mailboxes table
   */
  public DynamoMessageFlags(DynamoDbClient dynamo, String tableName, Clock clock) {
    this.table = new MailboxTable(dynamo, tableName);
    this.clock = clock;
  }

  @Override
  public Optional<Changes> changedSince(EmailAddress user, String folder, long modseq)
      throws IOException {
    Optional<MailboxHead> head = table.head(user);
    if (head.isEmpty()) {
      return Optional.empty();
    }
    long highest = head.get().highestModseq(folder);
    long uidNext = head.get().nextOf(folder);
    if (modseq >= highest) {
      return Optional.of(new Changes(uidNext, highest, List.of()));
    }
    long known = Math.min(Modseq.lastUid(modseq), uidNext - 1);
    // As many changes as then: all that is new are deliveries, and lie at the folder's end
    boolean onlyNew = Modseq.changes(modseq) == Modseq.changes(highest);
    List<MailboxMessage> changed = new ArrayList<>();
    List<Long> present = new ArrayList<>();
    for (MailboxMessage message : messages(user, head.get(), folder, onlyNew ? known + 1 : 1)) {
      present.add(message.uid());
      // What was changed in a page after the head was read is for the next time to tell
      if (message.modseq() > modseq && message.modseq() <= highest) {
        changed.add(message);
      }
    }
    return Optional.of(
        new Changes(
            uidNext, highest, changed, onlyNew ? List.of() : Changes.missing(present, known)));
  }

  /** The messages of a folder from a UID on. */
  private List<MailboxMessage> messages(
      EmailAddress user, MailboxHead head, String folder, long first) throws IOException {
    List<MailboxMessage> messages = new ArrayList<>();
    if (first < head.boundary(folder)) {
      pagesFrom(user, head, folder, first, head.boundary(folder))
          .forEachRemaining(page -> messages.addAll(page.messages()));
    }
    head.entriesOf(folder).forEach(entry -> messages.add(entry.message()));
    messages.removeIf(message -> message.uid() < first);
    return messages;
  }

  /** The pages from the one that may hold a UID on. */
  private Iterator<MailboxPage> pagesFrom(
      EmailAddress user, MailboxHead head, String folder, long first, long before)
      throws IOException {
    long from =
        first == 1
            ? 1
            : table.pageAt(user, head, folder, first).map(MailboxPage::from).orElse(first);
    return table.pages(user, head, folder, from, Math.min(head.boundary(folder), before));
  }

  @Override
  public StoreOutcome store(EmailAddress user, String folder, FlagChange change)
      throws IOException {
    return new Storing(user, folder, change).run();
  }

  /** A change, in as many writes as it takes. */
  private final class Storing {
    private final EmailAddress user;
    private final String folder;
    private final FlagChange change;
    private final TreeSet<Long> left;
    private final TreeMap<Long, MailboxMessage> done = new TreeMap<>();
    private final Set<Long> modified = new HashSet<>();

    /** What a write of ours made of messages, whose answer was lost or which was refused. */
    private final Set<MailboxMessage> tried = new HashSet<>();

    Storing(EmailAddress user, String folder, FlagChange change) {
      this.user = user;
      this.folder = folder;
      this.change = change;
      this.left = new TreeSet<>(change.uids());
    }

    StoreOutcome run() throws IOException {
      for (int failures = 0; failures < MAX_TRIES; ) {
        Optional<MailboxHead> head = table.head(user);
        if (head.isEmpty()) {
          return new StoreOutcome.NoMailbox();
        }
        Batch batch = next(head.get());
        if (batch.tooMany.isPresent()) {
          return new StoreOutcome.TooManyFlags(batch.tooMany.get());
        }
        if (!batch.isChange() || write(head.get(), batch)) {
          for (MailboxMessage message : batch.seen) {
            done.put(message.uid(), message);
            left.remove(message.uid());
          }
          modified.addAll(batch.modified);
          if (batch.isLast) {
            return new StoreOutcome.Stored(List.copyOf(done.values()), modified);
          }
        } else {
          tried.addAll(batch.seen);
          Calls.pause(++failures);
        }
      }
      throw new IOException("the mailbox of " + user + " is too busy to change flags in");
    }

    /** What one write changes, as far as transactions go. */
    private Batch next(MailboxHead head) throws IOException {
      var batch =
          new Batch(
              Modseq.highest(head.nextOf(folder), head.changes().getOrDefault(folder, 0L) + 1));
      if (!left.isEmpty() && left.first() < head.boundary(folder)) {
        Iterator<MailboxPage> pages = pagesFrom(user, head, folder, left.first(), left.last() + 1);
        while (pages.hasNext()) {
          if (batch.pages.size() == PAGES_AT_ONCE) {
            return batch;
          }
          MailboxPage page = pages.next();
          Map<MessageId, MailboxEntry> changed = new HashMap<>();
          for (MailboxEntry entry : page.entries()) {
            look(batch, entry).ifPresent(now -> changed.put(entry.message().id(), now));
          }
          if (!changed.isEmpty()) {
            batch.pages.put(page, page.with(changed));
          }
        }
      }
      for (MailboxEntry entry : head.entriesOf(folder)) {
        look(batch, entry).ifPresent(batch.inHead::add);
      }
      batch.isLast = true;
      return batch;
    }

    /** An entry as it is to be; empty when nothing of it changes. */
    private Optional<MailboxEntry> look(Batch batch, MailboxEntry entry) {
      MailboxMessage message = entry.message();
      if (!left.contains(message.uid())) {
        return Optional.empty();
      }
      List<String> flags = change.of(message.flags());
      boolean isOurs = tried.contains(message); // the write was made, and its answer lost
      boolean isTooLate = !isOurs && change.isTooLateFor(message);
      if (isTooLate) {
        batch.modified.add(message.uid());
      }
      if (isOurs || isTooLate || Set.copyOf(flags).equals(Set.copyOf(message.flags()))) {
        batch.seen.add(message);
        return Optional.empty();
      }
      if (!MessageFlags.fit(flags)) {
        batch.tooMany = Optional.of(message.uid());
        return Optional.empty();
      }
      MailboxEntry changed = entry.with(flags, batch.modseq);
      batch.seen.add(changed.message());
      return Optional.of(changed);
    }

    /**
     * Rests on the next UID as well as on the version: a delivery makes none, and one in between
     * would let a client see a HIGHESTMODSEQ above the change that it does not know yet.
     */
    private boolean write(MailboxHead head, Batch batch) throws IOException {
      HeadUpdate update = new HeadUpdate(head.version());
      update.require("#next.#f = :next").name("#next", MailboxHead.NEXT).name("#f", folder);
      update.value(":next", Items.n(head.nextOf(folder)));
      update.countChange(folder);
      batch.inHead.forEach(update::entry);
      try {
        if (batch.pages.isEmpty()) {
          update.write(table, user);
        } else {
          List<TransactWriteItem> writes = new ArrayList<>();
          batch.pages.forEach((before, after) ->
              writes.add(table.replacement(user, before, after, clock.instant())));
          writes.add(update.item(table, user));
          table.transact(writes);
        }
        return true;
      } catch (ConditionalCheckFailedException | TransactionCanceledException changed) {
        return false;
      }
    }
  }

  /** What one write changes. */
  private static final class Batch {
    final long modseq;
    final List<MailboxEntry> inHead = new ArrayList<>();
    final Map<MailboxPage, MailboxPage> pages = new LinkedHashMap<>();
    final List<MailboxMessage> seen = new ArrayList<>(); // as they are after the write
    final Set<Long> modified = new HashSet<>();
    Optional<Long> tooMany = Optional.empty();
    boolean isLast;

    Batch(long modseq) {
      this.modseq = modseq;
    }

    boolean isChange() {
      return !inHead.isEmpty() || !pages.isEmpty();
    }
  }
}
