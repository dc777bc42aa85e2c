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
import skypost.mail.directory.Page;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Deleted messages as a folder of the mailbox's head and pages that no user sees: see {@code
 * infrastructure/docs/mailbox.md}.
 */
public final class DynamoDeletedMessages implements DeletedMessages {
  private static final int PAGES_AT_ONCE = 90; // a transaction takes 100 items
  private static final int MAX_TRIES = 20;
  private static final String FOLDER = MailboxEntry.DELETED;

  private final MailboxTable table;
  private final MailboxDelivery deliveries;
  private final Clock clock;

  /**
   * @param tableName the mailboxes table
   * @param clock says when a page was written
   */
  public DynamoDeletedMessages(DynamoDbClient dynamo, String tableName, Clock clock) {
    this.table = new MailboxTable(dynamo, tableName);
    this.deliveries = new MailboxDelivery(table, clock);
    this.clock = clock;
  }

  @Override
  public Optional<Page<DeletedMessage>> list(EmailAddress user, int limit, Optional<String> next)
      throws IOException {
    Optional<MailboxHead> head = table.head(user);
    if (head.isEmpty()) {
      return Optional.empty();
    }
    long before = next.map(Long::parseLong).orElse(Long.MAX_VALUE);
    List<MailboxEntry> found = new ArrayList<>();
    List<MailboxEntry> inHead = head.get().entriesOf(FOLDER).reversed();
    inHead.stream().filter(entry -> entry.message().uid() < before).forEach(found::add);
    Iterator<MailboxPage> pages =
        table.newestPages(user, head.get(), FOLDER, Math.min(before, head.get().boundary(FOLDER)));
    while (found.size() <= limit && pages.hasNext()) {
      pages.next().entries().reversed().stream()
          .filter(entry -> entry.message().uid() < before)
          .forEach(found::add);
    }
    boolean more = found.size() > limit;
    List<DeletedMessage> items = found.stream().limit(limit).map(MailboxEntry::shown).toList();
    return Optional.of(
        new Page<>(
            items,
            more ? Optional.of(Long.toString(items.getLast().message().uid())) : Optional.empty()));
  }

  @Override
  public Optional<DeletedMessage> find(EmailAddress user, MessageId id) throws IOException {
    Optional<MailboxHead> head = table.head(user);
    if (head.isEmpty()) {
      return Optional.empty();
    }
    Optional<MailboxEntry> entry = head.get().entry(id).filter(MailboxEntry::isDeleted);
    Iterator<MailboxPage> pages =
        table.newestPages(user, head.get(), FOLDER, head.get().boundary(FOLDER));
    while (entry.isEmpty() && pages.hasNext()) {
      entry = pages.next().entry(id);
    }
    return entry.map(MailboxEntry::shown);
  }

  @Override
  public RestoreOutcome restore(EmailAddress user, DeletedMessage message, String folder)
      throws IOException {
    for (int tries = 1; tries < MAX_TRIES; tries++) {
      Optional<MailboxHead> head = table.head(user);
      Optional<MailboxPage> page =
          head.isEmpty() ? Optional.empty() : page(user, head.get(), message);
      Optional<MailboxEntry> entry =
          head.flatMap(seen ->
                  page.isPresent() ? page.get().entry(message.id()) : seen.entry(message.id()))
              .filter(MailboxEntry::isDeleted);
      if (entry.isEmpty()) { // perhaps by a write of ours whose answer was lost
        return tries == 1 || head.isEmpty()
            ? new RestoreOutcome.NotThere()
            : restored(user, head.get(), message.id());
      }
      if (head.get().quota() > 0
          && head.get().bytes() + entry.get().message().size() > head.get().quota()) {
        return new RestoreOutcome.OverQuota();
      }
      try {
        return write(user, head.get(), page, entry.get().restored(folder));
      } catch (ConditionalCheckFailedException | TransactionCanceledException changed) {
        Calls.pause(tries);
      }
    }
    throw new IOException("the mailbox of " + user + " is too busy to restore messages to");
  }

  private RestoreOutcome restored(EmailAddress user, MailboxHead head, MessageId id)
      throws IOException {
    Optional<MailboxEntry> filed = head.entry(id);
    if (filed.isEmpty()) {
      filed = table.sealedEntry(user, head, id);
    }
    return filed
        .filter(entry -> !entry.isDeleted())
        .<RestoreOutcome>map(
            entry -> new RestoreOutcome.Restored(entry.folder(), entry.message().uid()))
        .orElse(new RestoreOutcome.NotThere());
  }

  /** The page that a deleted message lies in; empty when it is in the head, or nowhere. */
  private Optional<MailboxPage> page(EmailAddress user, MailboxHead head, DeletedMessage message)
      throws IOException {
    long number = message.message().uid();
    return number >= head.boundary(FOLDER)
        ? Optional.empty()
        : table.pageAt(user, head, FOLDER, number);
  }

  private RestoreOutcome write(
      EmailAddress user, MailboxHead head, Optional<MailboxPage> page, MailboxEntry entry)
      throws IOException {
    MessageId id = entry.message().id();
    HeadUpdate update = new HeadUpdate(head.version());
    update.set(
        "#uid.#id = if_not_exists(#next.#f, :one), #next.#f = if_not_exists(#next.#f, :one) + :one,"
            + " #n.#f = if_not_exists(#n.#f, :zero) + :one, #b.#f = if_not_exists(#b.#f, :zero) + :size,"
            + " #bytes = #bytes + :size, #free = #free - :size, #msg.#id = :meta,"
            + " #n.#d = #n.#d - :one, #b.#d = #b.#d - :size");
    update.require("#free >= :size").name("#f", entry.folder()).name("#d", FOLDER);
    update.name("#uid", MailboxHead.UIDS).name("#msg", MailboxHead.METAS).name("#id", id.value());
    update.name("#next", MailboxHead.NEXT).name("#n", MailboxHead.MESSAGES);
    update.name("#b", MailboxHead.FOLDER_BYTES).name("#bytes", MailboxHead.BYTES);
    update.name("#free", MailboxHead.FREE).value(":meta", Items.s(entry.meta()));
    update.value(":one", Items.n(1)).value(":zero", Items.n(0));
    update.value(":size", Items.n(entry.message().size()));
    MailboxHead after;
    if (page.isEmpty()) {
      after = update.write(table, user);
    } else {
      update.require("attribute_not_exists(#uid.#id)");
      MailboxPage rest = page.get().without(Set.of(id));
      table.transact(
          List.of(
              table.replacement(user, page.get(), rest, clock.instant()),
              update.item(table, user)));
      after = table.head(user).orElseThrow(() -> new IOException("the mailbox was removed"));
    }
    Optional<MailboxEntry> filed = after.entry(id);
    if (filed.isEmpty()) {
      filed = table.sealedEntry(user, after, id); // a delivery has sealed it meanwhile
    }
    deliveries.sealIfFull(user, after);
    return new RestoreOutcome.Restored(
        entry.folder(),
        filed
            .orElseThrow(() -> new IOException(id + " was restored and removed again"))
            .message()
            .uid());
  }

  @Override
  public List<DeletedMessage> deletedUntil(EmailAddress user, Instant moment, int limit)
      throws IOException {
    List<DeletedMessage> found = new ArrayList<>();
    Iterator<MailboxEntry> oldest = oldest(user, limit);
    while (oldest.hasNext() && found.size() < limit) {
      DeletedMessage message = oldest.next().shown();
      if (message.at().isAfter(moment)) {
        break; // numbers are given in the order of time, but for the clocks' differences
      }
      found.add(message);
    }
    return found;
  }

  @Override
  public Optional<Instant> first(EmailAddress user) throws IOException {
    Iterator<MailboxEntry> oldest = oldest(user, 1);
    return oldest.hasNext() ? Optional.of(oldest.next().shown().at()) : Optional.empty();
  }

  private Iterator<MailboxEntry> oldest(EmailAddress user, int wanted) throws IOException {
    Optional<MailboxHead> head = table.head(user);
    return head.isEmpty()
        ? List.<MailboxEntry>of().iterator()
        : table.entries(user, head.get(), FOLDER, wanted);
  }

  @Override
  public void forget(EmailAddress user, Collection<DeletedMessage> messages) throws IOException {
    TreeSet<Long> numbers =
        messages.stream()
            .map(message -> message.message().uid())
            .collect(Collectors.toCollection(TreeSet::new));
    for (int tries = 1; tries < MAX_TRIES; ) {
      Optional<MailboxHead> head = table.head(user);
      if (head.isEmpty() || numbers.isEmpty()) {
        return;
      }
      Map<MailboxPage, MailboxPage> pages = new LinkedHashMap<>();
      List<MailboxEntry> gone = new ArrayList<>();
      Iterator<MailboxPage> candidates =
          pagesFrom(user, head.get(), numbers.first(), numbers.last());
      while (candidates.hasNext() && pages.size() < PAGES_AT_ONCE) {
        MailboxPage page = candidates.next();
        List<MailboxEntry> some = page.entries().stream().filter(of(numbers)).toList();
        if (!some.isEmpty()) {
          pages.put(page, page.without(ids(some)));
          gone.addAll(some);
        }
      }
      List<MailboxEntry> inHead =
          head.get().entriesOf(FOLDER).stream().filter(of(numbers)).toList();
      boolean last = !candidates.hasNext();
      if (forget(user, head.get(), pages, gone, inHead)) {
        if (last) {
          return;
        }
        numbers = new TreeSet<>(numbers.tailSet(gone.getLast().message().uid(), false));
      } else {
        Calls.pause(tries++);
      }
    }
    throw new IOException("the mailbox of " + user + " is too busy to forget messages of");
  }

  private Iterator<MailboxPage> pagesFrom(
      EmailAddress user, MailboxHead head, long first, long last) throws IOException {
    long from = table.pageAt(user, head, FOLDER, first).map(MailboxPage::from).orElse(first);
    return table.pages(user, head, FOLDER, from, Math.min(head.boundary(FOLDER), last + 1));
  }

  private static java.util.function.Predicate<MailboxEntry> of(Set<Long> numbers) {
    return entry -> numbers.contains(entry.message().uid());
  }

  private static Set<MessageId> ids(List<MailboxEntry> entries) {
    return entries.stream().map(entry -> entry.message().id()).collect(Collectors.toSet());
  }

  private boolean forget(
      EmailAddress user,
      MailboxHead head,
      Map<MailboxPage, MailboxPage> pages,
      List<MailboxEntry> fromPages,
      List<MailboxEntry> inHead)
      throws IOException {
    List<MailboxEntry> gone = new ArrayList<>(fromPages);
    gone.addAll(inHead);
    if (gone.isEmpty()) {
      return true;
    }
    HeadUpdate update = new HeadUpdate(head.version());
    update.set("#n.#d = #n.#d - :count, #b.#d = #b.#d - :size").name("#d", FOLDER);
    update.name("#n", MailboxHead.MESSAGES).name("#b", MailboxHead.FOLDER_BYTES);
    update.value(":count", Items.n(gone.size()));
    update.value(":size", Items.n(gone.stream().mapToLong(entry -> entry.message().size()).sum()));
    inHead.forEach(entry -> update.removeEntry(entry.message().id()));
    try {
      if (pages.isEmpty()) {
        update.write(table, user);
      } else {
        List<TransactWriteItem> writes = new ArrayList<>();
        pages.forEach(
            (before, after) -> writes.add(table.replacement(user, before, after, clock.instant())));
        writes.add(update.item(table, user));
        table.transact(writes);
      }
      return true;
    } catch (ConditionalCheckFailedException | TransactionCanceledException changed) {
      return false;
    }
  }
}
