package skypost.aws;

import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Account;
import skypost.mail.mailbox.ExpiringMailboxes;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/** {@link ExpiringMailboxes} as {@link MailboxDues} keeps them. */
public final class DynamoExpiringMailboxes implements ExpiringMailboxes {
  private final DynamoDbClient dynamo;
  private final MailboxTable table;
  private final MailboxDues dues;
  private final MailboxExpunge expunge;

  /**
   * @param tableName the mailboxes table
   * @param clock says when a message was deleted
   */
  public DynamoExpiringMailboxes(DynamoDbClient dynamo, String tableName, Clock clock) {
    this.dynamo = dynamo;
    this.table = new MailboxTable(dynamo, tableName);
    this.dues = new MailboxDues(table);
    this.expunge = new MailboxExpunge(table, clock);
  }

  @Override
  public List<Due> due(Instant now, int limit) throws IOException {
    Map<String, AttributeValue> range =
        Map.of(
            ":pk", Items.s(MailboxDues.PARTITION),
            ":end", Items.s(MailboxDues.second(now.plusSeconds(1))));
    return Calls.call(() ->
        dynamo
            .query(query ->
                query
                    .tableName(table.name())
                    .keyConditionExpression("pk = :pk AND sk < :end")
                    .expressionAttributeValues(range)
                    .limit(limit))
            .items()
            .stream()
            .map(item -> Items.text(item, Items.SK))
            .map(key -> new Due(MailboxDues.user(key), MailboxDues.at(key)))
            .collect(toList()));
  }

  @Override
  public void register(EmailAddress user, Instant at) throws IOException {
    Optional<MailboxHead> head = table.head(user);
    if (head.isPresent()) {
      dues.ensure(user, head.get(), at);
    }
  }

  @Override
  public void registerAll(String domain, Instant at) throws IOException {
    dues.register(new EmailAddress(Account.CATCH_ALL, domain), at);
  }

  @Override
  public Optional<String> mark(EmailAddress user) throws IOException {
    return table.head(user).map(DynamoExpiringMailboxes::mark);
  }

  /** A delivery moves a folder's next UID, and everything else the version. */
  static String mark(MailboxHead head) {
    return head.version() + " " + new java.util.TreeMap<>(head.next());
  }

  @Override
  public boolean settle(Due due, String mark, Optional<Instant> next) throws IOException {
    Optional<MailboxHead> head = table.head(due.user());
    if (head.isPresent() && counts(due, head.get())) {
      if (!mark(head.get()).equals(mark) || !replace(due, Optional.of(head.get()), next)) {
        return false;
      }
    } // else an earlier registration counts no more: nothing but the item is left of it
    drop(due);
    return true;
  }

  @Override
  public void postpone(Due due, Instant next) throws IOException {
    Optional<MailboxHead> head = table.head(due.user());
    if (head.isPresent() && counts(due, head.get())) {
      replace(due, Optional.empty(), Optional.of(next));
    }
    drop(due);
  }

  private static boolean counts(Due due, MailboxHead head) {
    return head.due() <= due.at().getEpochSecond();
  }

  /**
   * Changes when the mailbox is looked at.
   *
   * @param same only if nothing was filed or changed since this was read
   */
  private boolean replace(Due due, Optional<MailboxHead> same, Optional<Instant> next)
      throws IOException {
    Map<String, String> names = new HashMap<>(Map.of("#due", MailboxHead.DUE));
    Map<String, AttributeValue> values = new HashMap<>();
    String update = "REMOVE #due";
    String condition = "attribute_exists(pk) AND (attribute_not_exists(#due) OR #due <= :seen)";
    values.put(":seen", Items.n(due.at().getEpochSecond()));
    if (next.isPresent()) {
      dues.register(due.user(), next.get());
      update = "SET #due = :next";
      values.put(":next", Items.n(next.get().getEpochSecond()));
    }
    if (same.isPresent()) {
      condition += " AND #v = :v AND #next = :uids";
      names.put("#v", MailboxHead.VERSION);
      names.put("#next", MailboxHead.NEXT);
      values.put(":v", Items.n(same.get().version()));
      Map<String, AttributeValue> uids = new HashMap<>();
      same.get().next().forEach((folder, uid) -> uids.put(folder, Items.n(uid)));
      values.put(":uids", Items.map(uids));
    }
    try {
      table.updateHead(due.user(), update, condition, names, values, ReturnValue.NONE);
      return true;
    } catch (ConditionalCheckFailedException changed) {
      return false;
    }
  }

  @Override
  public void drop(Due due) throws IOException {
    table.delete(Items.key(MailboxDues.PARTITION, MailboxDues.sortKey(due.at(), due.user())));
  }

  @Override
  public List<MailboxMessage> first(EmailAddress user, String folder, int limit)
      throws IOException {
    Optional<MailboxHead> head = table.head(user);
    List<MailboxMessage> first = new ArrayList<>();
    if (head.isPresent()) {
      Iterator<MailboxEntry> entries = table.entries(user, head.get(), folder, limit);
      while (entries.hasNext() && first.size() < limit) {
        first.add(entries.next().message());
      }
    }
    return first;
  }

  @Override
  public boolean retire(
      EmailAddress user, String folder, Collection<MailboxMessage> messages, Instant now)
      throws IOException {
    return expunge.remove(user, new MailboxExpunge.Right.NoLease(now), folder, messages);
  }
}
