package skypost.aws;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * Removes messages on behalf of the holder of the maildrop lease. Messages of the head and the
 * counters change in one update; where pages change too, pages and head change in one transaction,
 * so that counters cannot drift.
 */
final class MailboxExpunge {
  /** Pages of one transaction, which takes 100 items with the head (Amazon DynamoDB, "Quotas"). */
  private static final int PAGES_AT_ONCE = 90;

  private static final int MAX_TRIES = 20;

  private final MailboxTable table;
  private final Clock clock;

  MailboxExpunge(MailboxTable table, Clock clock) {
    this.table = table;
    this.clock = clock;
  }

  /** What one write removes. */
  private record Batch(
      List<MailboxEntry> fromHead, Map<MailboxPage, MailboxPage> pages, boolean last) {
    List<MailboxMessage> messages() {
      List<MailboxMessage> messages =
          new ArrayList<>(fromHead.stream().map(MailboxEntry::message).toList());
      pages.forEach((before, after) -> {
        Set<MessageId> rest =
            after.live().stream().map(MailboxMessage::id).collect(Collectors.toSet());
        before.live().stream()
            .filter(message -> !rest.contains(message.id()))
            .forEach(messages::add);
      });
      return messages;
    }
  }

  boolean remove(
      EmailAddress user, String holder, String folder, Collection<MailboxMessage> messages)
      throws IOException {
    TreeSet<Long> uids =
        messages.stream().map(MailboxMessage::uid).collect(Collectors.toCollection(TreeSet::new));
    for (int failures = 0; failures < MAX_TRIES; ) {
      Optional<MailboxHead> head = table.head(user);
      if (head.flatMap(MailboxHead::lease)
          .filter(lease -> lease.holder().equals(holder))
          .isEmpty()) {
        return false;
      }
      Batch batch = next(user, head.get(), folder, uids);
      if (write(user, holder, folder, head.get(), batch)) {
        if (batch.last()) {
          return true;
        }
        batch.messages().forEach(message -> uids.remove(message.uid()));
      } else {
        Calls.pause(
            ++failures); // the head was sealed, or the lease ended, since it was read: look again
      }
    }
    throw new IOException("the mailbox of " + user + " is too busy to remove messages from");
  }

  private Batch next(EmailAddress user, MailboxHead head, String folder, TreeSet<Long> uids)
      throws IOException {
    List<MailboxEntry> fromHead =
        head.entriesOf(folder).stream()
            .filter(entry -> !entry.removed() && uids.contains(entry.message().uid()))
            .toList();
    Map<MailboxPage, MailboxPage> pages = new LinkedHashMap<>();
    boolean last = true;
    if (!uids.isEmpty() && uids.first() < head.boundary(folder)) {
      long first =
          table.pageAt(user, folder, uids.first()).map(MailboxPage::from).orElse(uids.first());
      Iterator<MailboxPage> candidates =
          table.pages(user, folder, first, Math.min(head.boundary(folder), uids.last() + 1));
      while (candidates.hasNext()) {
        MailboxPage page = candidates.next();
        Set<MessageId> gone =
            page.live().stream()
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
      EmailAddress user, String holder, String folder, MailboxHead head, Batch batch)
      throws IOException {
    List<MailboxMessage> messages = batch.messages();
    long bytes = messages.stream().mapToLong(MailboxMessage::size).sum();
    Map<String, String> names =
        new HashMap<>(
            Map.of(
                "#v",
                MailboxHead.VERSION,
                "#lease",
                MailboxHead.LEASE,
                "#by",
                MailboxHead.LEASE_HOLDER));
    Map<String, AttributeValue> values =
        new HashMap<>(Map.of(":v", Items.n(head.version()), ":me", Items.s(holder)));
    StringBuilder update = new StringBuilder();
    if (!messages.isEmpty()) {
      names.putAll(
          Map.of(
              "#n",
              MailboxHead.MESSAGES,
              "#b",
              MailboxHead.FOLDER_BYTES,
              "#f",
              folder,
              "#bytes",
              MailboxHead.BYTES,
              "#free",
              MailboxHead.FREE,
              "#removals",
              MailboxHead.REMOVALS));
      values.putAll(
          Map.of(":count", Items.n(messages.size()), ":bytes", Items.n(bytes), ":one", Items.n(1)));
      update.append(
          "SET #n.#f = #n.#f - :count, #b.#f = #b.#f - :bytes, #bytes = #bytes - :bytes, #free = #free + :bytes,"
              + " #removals = #removals + :one, #v = #v + :one");
      int i = 0;
      for (MailboxEntry entry : batch.fromHead()) {
        // The id stays, so that a repeated event is recognised, until the head is sealed.
        names.put("#msg", MailboxHead.METAS);
        names.put("#i" + i, entry.message().id().value());
        values.put(":gone", Items.s(entry.asRemoved().meta()));
        update.append(", #msg.#i").append(i++).append(" = :gone");
      }
    }
    if (batch.last()) {
      update.append(" REMOVE #lease");
    }
    String condition = "#v = :v AND #lease.#by = :me";
    try {
      if (batch.pages().isEmpty()) {
        table.updateHead(
            user, update.toString().strip(), condition, names, values, ReturnValue.NONE);
      } else {
        List<TransactWriteItem> writes = new ArrayList<>();
        batch.pages().forEach((before, after) -> writes.add(replace(user, before, after)));
        writes.add(
            TransactWriteItem.builder()
                .update(
                    Update.builder()
                        .tableName(table.name())
                        .key(Items.key(user.toString(), MailboxHead.SORT_KEY))
                        .updateExpression(update.toString())
                        .conditionExpression(condition)
                        .expressionAttributeNames(names)
                        .expressionAttributeValues(values)
                        .build())
                .build());
        table.transact(writes);
      }
      return true;
    } catch (ConditionalCheckFailedException | TransactionCanceledException changed) {
      return false;
    }
  }

  private TransactWriteItem replace(EmailAddress user, MailboxPage before, MailboxPage after) {
    return TransactWriteItem.builder()
        .put(
            Put.builder()
                .tableName(table.name())
                .item(after.write(user.toString(), clock.instant()))
                .conditionExpression("#r = :r")
                .expressionAttributeNames(Map.of("#r", MailboxPage.REVISION))
                .expressionAttributeValues(Map.of(":r", Items.n(before.revision())))
                .build())
        .build();
  }
}
