package skypost.aws;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Moves messages to the folder of deleted ones. In the head they are marked where they stand, in
 * the update that changes the counters; where pages change too, these, the pages of deleted
 * messages and the head change in one transaction. So counters cannot drift, and a message is in
 * exactly one place.
 */
final class MailboxExpunge {
  /**
   * Pages of one transaction: with those that their messages are moved to, and the head, it takes
   * 100 items (Amazon DynamoDB, "Quotas").
   */
  private static final int PAGES_AT_ONCE = 75;

  /** Messages of a page that is written for deleted ones at once: they are read and freed alike. */
  private static final int DELETED_IN_PAGE = 30;

  private static final int MAX_TRIES = 20;

  private final MailboxTable table;
  private final MailboxDues dues;
  private final Clock clock;

  MailboxExpunge(MailboxTable table, Clock clock) {
    this.table = table;
    this.dues = new MailboxDues(table);
    this.clock = clock;
  }

  /** Who removes. */
  sealed interface Right {
    /** The holder of the maildrop lease, which ends with the last removal. */
    record Lease(String holder) implements Right {}

    /** Whoever finds that nobody holds the lease now. */
    record NoLease(Instant now) implements Right {}
  }

  /** What one write removes. */
  private record Batch(
      List<MailboxEntry> fromHead, Map<MailboxPage, MailboxPage> pages, boolean last) {
    List<MailboxEntry> entries() {
      List<MailboxEntry> entries = new ArrayList<>();
      pages.forEach((before, after) -> {
        Set<MailboxEntry> rest = Set.copyOf(after.entries());
        before.entries().stream().filter(entry -> !rest.contains(entry)).forEach(entries::add);
      });
      entries.addAll(fromHead);
      return entries;
    }
  }

  boolean remove(EmailAddress user, Right right, String folder, Collection<MailboxMessage> messages)
      throws IOException {
    TreeSet<Long> uids =
        messages.stream().map(MailboxMessage::uid).collect(Collectors.toCollection(TreeSet::new));
    for (int failures = 0; failures < MAX_TRIES; ) {
      Optional<MailboxHead> head = table.head(user);
      if (head.isEmpty() || !mayRemove(right, head.get())) {
        return false;
      }
      Batch batch = next(user, head.get(), folder, uids);
      if (write(user, right, folder, head.get(), batch)) {
        if (batch.last()) {
          return true;
        }
        batch.entries().forEach(entry -> uids.remove(entry.message().uid()));
      } else {
        Calls.pause(
            ++failures); // the head was sealed, or the lease ended, since it was read: look again
      }
    }
    throw new IOException("the mailbox of " + user + " is too busy to remove messages from");
  }

  private static boolean mayRemove(Right right, MailboxHead head) {
    return switch (right) {
      case Right.Lease(String holder) ->
          head.lease().filter(lease -> lease.holder().equals(holder)).isPresent();
      case Right.NoLease(Instant now) ->
          head.lease().filter(lease -> lease.isHeldAt(now)).isEmpty();
    };
  }

  private Batch next(EmailAddress user, MailboxHead head, String folder, TreeSet<Long> uids)
      throws IOException {
    List<MailboxEntry> fromHead =
        head.entriesOf(folder).stream()
            .filter(entry -> uids.contains(entry.message().uid()))
            .toList();
    Map<MailboxPage, MailboxPage> pages = new LinkedHashMap<>();
    boolean last = true;
    if (!uids.isEmpty() && uids.first() < head.boundary(folder)) {
      long first =
          table
              .pageAt(user, head, folder, uids.first())
              .map(MailboxPage::from)
              .orElse(uids.first());
      Iterator<MailboxPage> candidates =
          table.pages(user, head, folder, first, Math.min(head.boundary(folder), uids.last() + 1));
      while (candidates.hasNext()) {
        MailboxPage page = candidates.next();
        Set<MessageId> gone =
            page.messages().stream()
                .filter(message -> uids.contains(message.uid()))
                .map(MailboxMessage::id)
                .collect(Collectors.toSet());
        if (!gone.isEmpty()) {
          if (pages.size() == PAGES_AT_ONCE) {
            last = false;
            break;
          }
          pages.put(page, page.without(gone));
        }
      }
    }
    return new Batch(last ? fromHead : List.of(), pages, last);
  }

  /** Writes a batch; false when what it rests on has changed. */
  private boolean write(
      EmailAddress user, Right right, String folder, MailboxHead head, Batch batch)
      throws IOException {
    HeadUpdate update = new HeadUpdate(head.version());
    switch (right) {
      case Right.Lease(String holder) -> {
        update.require("#lease.#by = :me");
        update.name("#lease", MailboxHead.LEASE).name("#by", MailboxHead.LEASE_HOLDER);
        update.value(":me", Items.s(holder));
        if (batch.last()) {
          update.remove("#lease");
        }
      }
      case Right.NoLease(Instant now) -> {
        update.require("(attribute_not_exists(#lease) OR #lease.#until <= :now)");
        update.name("#lease", MailboxHead.LEASE).name("#until", MailboxHead.LEASE_UNTIL);
        update.value(":now", Items.n(now.toEpochMilli()));
      }
    }
    List<MailboxPage> made = List.of();
    List<MailboxEntry> gone = batch.entries();
    if (!gone.isEmpty()) {
      Instant now = clock.instant();
      look(update, user, head, due(now));
      count(update, folder, gone);
      update.countChange(folder);
      made = move(update, head, batch, now);
    } else if (right instanceof Right.NoLease) {
      return true;
    }
    try {
      if (batch.pages().isEmpty()) {
        update.write(table, user);
      } else {
        List<TransactWriteItem> writes = new ArrayList<>();
        batch
            .pages()
            .forEach((before, after) ->
                writes.add(table.replacement(user, before, after, clock.instant())));
        for (MailboxPage page : made) {
          writes.add(table.newPage(user, page, clock.instant()));
        }
        writes.add(update.item(table, user));
        table.transact(writes);
      }
      return true;
    } catch (ConditionalCheckFailedException | TransactionCanceledException changed) {
      return false;
    }
  }

  /** Sees to it that the mailbox is looked at, at that time or earlier, as {@link MailboxDues}. */
  private void look(HeadUpdate update, EmailAddress user, MailboxHead head, Instant at)
      throws IOException {
    update.name("#due", MailboxHead.DUE).value(":due", Items.n(at.getEpochSecond()));
    if (head.due() == 0 || head.due() > at.getEpochSecond()) {
      dues.register(user, at);
      update.require("(attribute_not_exists(#due) OR #due > :due)").set("#due = :due");
    } else {
      update.require("#due <= :due"); // it may have been looked at since
    }
  }

  /** When a mailbox in which something is deleted now is to be looked at. */
  static Instant due(Instant now) {
    return now.plus(DeletedMessages.RECOVERABLE).plus(DeletedMessages.MARGIN);
  }

  private static void count(HeadUpdate update, String folder, List<MailboxEntry> gone) {
    long bytes = gone.stream().mapToLong(entry -> entry.message().size()).sum();
    update.set(
        "#n.#f = #n.#f - :count, #b.#f = #b.#f - :size, #bytes = #bytes - :size, #free = #free + :size,"
            + " #n.#d = if_not_exists(#n.#d, :zero) + :count, #b.#d = if_not_exists(#b.#d, :zero) + :size,"
            + " #removals = #removals + :one");
    update.name("#n", MailboxHead.MESSAGES).name("#b", MailboxHead.FOLDER_BYTES);
    update.name("#f", folder).name("#d", MailboxEntry.DELETED);
    update.name("#bytes", MailboxHead.BYTES).name("#free", MailboxHead.FREE);
    update.name("#removals", MailboxHead.REMOVALS);
    update.value(":count", Items.n(gone.size())).value(":size", Items.n(bytes));
    update.value(":zero", Items.n(0)).value(":one", Items.n(1));
  }

  /** Gives the messages their places among the deleted; returns the pages that are to be made. */
  private static List<MailboxPage> move(
      HeadUpdate update, MailboxHead head, Batch batch, Instant now) {
    long first = head.nextOf(MailboxEntry.DELETED);
    long number = first;
    List<MailboxEntry> deleted = new ArrayList<>();
    for (MailboxEntry entry : batch.entries()) {
      deleted.add(entry.deleted(number++, now));
    }
    // What a filter discards is numbered without a new version of the head: so look at the number
    update.require(first == 1 ? "attribute_not_exists(#next.#d)" : "#next.#d = :first");
    if (first > 1) {
      update.value(":first", Items.n(first));
    }
    update.set("#next.#d = :number").name("#next", MailboxHead.NEXT);
    update.name("#d", MailboxEntry.DELETED).value(":number", Items.n(number));
    if (batch.pages().isEmpty()) {
      deleted.forEach(update::entry);
      return List.of();
    }
    batch.fromHead().forEach(entry -> update.removeEntry(entry.message().id()));
    List<MailboxEntry> all = new ArrayList<>(head.entriesOf(MailboxEntry.DELETED));
    all.forEach(entry -> update.removeEntry(entry.message().id()));
    all.addAll(deleted);
    update.set("#sealed.#d = :number, #sealedTo = :sealedTo");
    update.name("#sealed", MailboxHead.SEALED).name("#sealedTo", MailboxHead.SEALED_TO);
    update.value(":sealedTo", Items.s(sealedTo(head, all)));
    List<MailboxPage> pages = new ArrayList<>();
    for (int from = 0; from < all.size(); from += DELETED_IN_PAGE) {
      List<MailboxEntry> some = all.subList(from, Math.min(all.size(), from + DELETED_IN_PAGE));
      long name = from == 0 ? head.boundary(MailboxEntry.DELETED) : some.getFirst().message().uid();
      pages.add(new MailboxPage(MailboxEntry.DELETED, name, head.version(), 0, now, some));
    }
    return pages;
  }

  private static String sealedTo(MailboxHead head, List<MailboxEntry> entries) {
    String greatest = head.sealedTo();
    for (MailboxEntry entry : entries) {
      String id = entry.message().id().value();
      greatest = greatest.compareTo(id) < 0 ? id : greatest;
    }
    return greatest;
  }
}
