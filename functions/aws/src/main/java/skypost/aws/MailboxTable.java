package skypost.aws;

import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/** The mailboxes table: heads and pages, read strongly consistent, written under conditions. */
final class MailboxTable {
  /** How far two machines' clocks may be apart. */
  static final Duration CLOCK_MARGIN = Duration.ofMinutes(5);

  private final DynamoDbClient dynamo;
  private final String name;

  MailboxTable(DynamoDbClient dynamo, String name) {
    this.dynamo = dynamo;
    this.name = name;
  }

  String name() {
    return name;
  }

  Optional<MailboxHead> head(EmailAddress user) throws IOException {
    Map<String, AttributeValue> item = get(user, MailboxHead.SORT_KEY);
    return item.isEmpty() ? Optional.empty() : Optional.of(MailboxHead.read(item));
  }

  /** The head as it was when it refused a write: no second read is paid for. */
  Optional<MailboxHead> headOf(ConditionalCheckFailedException refused, EmailAddress user)
      throws IOException {
    return refused.hasItem() && !refused.item().isEmpty()
        ? Optional.of(MailboxHead.read(refused.item()))
        : head(user);
  }

  Optional<MailboxPage> page(EmailAddress user, String sortKey) throws IOException {
    Map<String, AttributeValue> item = get(user, sortKey);
    return item.isEmpty() ? Optional.empty() : Optional.of(MailboxPage.read(item));
  }

  private Map<String, AttributeValue> get(EmailAddress user, String sortKey) throws IOException {
    return Calls.call(() ->
        dynamo
            .getItem(get ->
                get.tableName(name).key(Items.key(user.toString(), sortKey)).consistentRead(true))
            .item());
  }

  void put(Map<String, AttributeValue> item, String condition, Map<String, AttributeValue> values)
      throws IOException {
    Calls.call(() ->
        dynamo.putItem(put ->
            put.tableName(name)
                .item(item)
                .conditionExpression(condition)
                .expressionAttributeValues(values.isEmpty() ? null : values)));
  }

  void put(Map<String, AttributeValue> item) throws IOException {
    Calls.call(() -> dynamo.putItem(put -> put.tableName(name).item(item)));
  }

  void delete(Map<String, AttributeValue> key) throws IOException {
    Calls.call(() -> dynamo.deleteItem(delete -> delete.tableName(name).key(key)));
  }

  Map<String, AttributeValue> updateHead(
      EmailAddress user,
      String update,
      String condition,
      Map<String, String> names,
      Map<String, AttributeValue> values,
      ReturnValue returned)
      throws IOException {
    return Calls.call(() ->
        dynamo
            .updateItem(request ->
                request
                    .tableName(name)
                    .key(Items.key(user.toString(), MailboxHead.SORT_KEY))
                    .updateExpression(update)
                    .conditionExpression(condition)
                    .expressionAttributeNames(names)
                    .expressionAttributeValues(values.isEmpty() ? null : values)
                    .returnValues(returned)
                    .returnValuesOnConditionCheckFailure(
                        ReturnValuesOnConditionCheckFailure.ALL_OLD))
            .attributes());
  }

  void transact(List<TransactWriteItem> writes) throws IOException {
    Calls.call(() ->
        dynamo.transactWriteItems(
            TransactWriteItemsRequest.builder().transactItems(writes).build()));
  }

  /** A page's next content, provided that it is still the one that was read. */
  TransactWriteItem replacement(
      EmailAddress user, MailboxPage before, MailboxPage after, Instant now) {
    return put(
        after.write(user.toString(), now), "#x = :x", MailboxPage.REVISION, before.revision());
  }

  /** A page that no head counts yet: what a sealer may have left there is of an older version. */
  TransactWriteItem newPage(EmailAddress user, MailboxPage page, Instant now) {
    return put(
        page.write(user.toString(), now),
        "attribute_not_exists(#x) OR #x <= :x",
        MailboxHead.VERSION,
        page.version());
  }

  private TransactWriteItem put(
      Map<String, AttributeValue> item, String condition, String attribute, long number) {
    return TransactWriteItem.builder()
        .put(
            Put.builder()
                .tableName(name)
                .item(item)
                .conditionExpression(condition)
                .expressionAttributeNames(Map.of("#x", attribute))
                .expressionAttributeValues(Map.of(":x", Items.n(number)))
                .build())
        .build();
  }

  /** Pages of a folder whose name lies in {@code [from, before)}, in UID order. */
  Iterator<MailboxPage> pages(EmailAddress user, String folder, long from, long before)
      throws IOException {
    return from >= before
        ? List.<MailboxPage>of().iterator()
        : query(user, folder, from, before - 1, Reading.ALL);
  }

  /** Pages of a folder whose name is less than {@code before}, the newest first. */
  Iterator<MailboxPage> newestPages(EmailAddress user, String folder, long before)
      throws IOException {
    return before <= 1
        ? List.<MailboxPage>of().iterator()
        : query(user, folder, 1, before - 1, Reading.NEWEST);
  }

  /**
   * The entries of a folder in UID order, as a head that was read first knows them, read page by
   * page.
   *
   * @param wanted about how many will be taken: no more are paid for at once
   */
  Iterator<MailboxEntry> entries(EmailAddress user, MailboxHead head, String folder, int wanted)
      throws IOException {
    long before = head.boundary(folder);
    Iterator<MailboxPage> pages =
        before <= 1
            ? List.<MailboxPage>of().iterator()
            : query(user, folder, 1, before - 1, Reading.oldest(wanted));
    return new Iterator<>() {
      private Iterator<MailboxEntry> current = List.<MailboxEntry>of().iterator();
      private boolean atHead;

      @Override
      public boolean hasNext() {
        while (!current.hasNext() && !atHead) {
          atHead = !pages.hasNext();
          current = (atHead ? head.entriesOf(folder) : pages.next().entries()).iterator();
        }
        return current.hasNext();
      }

      @Override
      public MailboxEntry next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return current.next();
      }
    };
  }

  /** The page that holds a UID, if any does: the last one that begins at or before it. */
  Optional<MailboxPage> pageAt(EmailAddress user, String folder, long uid) throws IOException {
    Iterator<MailboxPage> pages = query(user, folder, 1, uid, Reading.LAST);
    return pages.hasNext() ? Optional.of(pages.next()) : Optional.empty();
  }

  /**
   * What was sealed away of a message, if it was. Only pages written after it was accepted can hold
   * it, so the search goes back from the newest page of each folder, and not far.
   */
  Optional<MailboxEntry> sealedEntry(EmailAddress user, MailboxHead head, MessageId id)
      throws IOException {
    if (head.sealedTo().compareTo(id.value()) < 0) {
      return Optional.empty();
    }
    for (Map.Entry<String, Long> folder : head.sealed().entrySet()) {
      Iterator<MailboxPage> newestFirst = newestPages(user, folder.getKey(), folder.getValue());
      while (newestFirst.hasNext()) {
        MailboxPage page = newestFirst.next();
        Optional<MailboxEntry> entry = page.entry(id);
        if (entry.isPresent()) {
          return entry;
        }
        if (page.sealedAt().isBefore(id.acceptedAt().minus(CLOCK_MARGIN))) {
          break;
        }
      }
    }
    return Optional.empty();
  }

  /**
   * How pages are read.
   *
   * @param forward in UID order
   * @param atOnce how many a request reads, and pays for, whether they are looked at or not
   */
  private record Reading(boolean forward, int atOnce) {
    /** More than the megabyte that ends a request anyway. */
    private static final int MOST = 10_000;

    static final Reading ALL = new Reading(true, MOST);

    /** The first page or two are all that is wanted. */
    static final Reading NEWEST = new Reading(false, 8);

    static final Reading LAST = new Reading(false, 1);

    static Reading oldest(int messages) {
      return new Reading(true, Math.clamp(messages / MailboxSealer.PAGE + 1L, 2, MOST));
    }
  }

  private Iterator<MailboxPage> query(
      EmailAddress user, String folder, long first, long last, Reading reading) throws IOException {
    QueryRequest query =
        QueryRequest.builder()
            .tableName(name)
            .consistentRead(true)
            .scanIndexForward(reading.forward())
            .limit(reading.atOnce())
            .keyConditionExpression("pk = :user AND sk BETWEEN :first AND :last")
            .expressionAttributeValues(
                Map.of(
                    ":user", Items.s(user.toString()),
                    ":first", Items.s(MailboxPage.sortKey(folder, first)),
                    ":last", Items.s(MailboxPage.sortKey(folder, last))))
            .build();
    Iterator<Map<String, AttributeValue>> items =
        Calls.call(() -> dynamo.queryPaginator(query).items().iterator());
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return unchecked(items::hasNext);
      }

      @Override
      public MailboxPage next() {
        return MailboxPage.read(unchecked(items::next));
      }
    };
  }

  private static <T> T unchecked(java.util.function.Supplier<T> step) {
    try {
      return Calls.call(step);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  /** Deletes the head, provided that nothing was filed, sealed or removed since it was read. */
  boolean deleteHead(EmailAddress user, MailboxHead seen) throws IOException {
    Map<String, AttributeValue> next = new HashMap<>();
    seen.next().forEach((folder, uid) -> next.put(folder, Items.n(uid)));
    try {
      Calls.call(() ->
          dynamo.deleteItem(delete ->
              delete
                  .tableName(name)
                  .key(Items.key(user.toString(), MailboxHead.SORT_KEY))
                  .conditionExpression("#v = :v AND #next = :next")
                  .expressionAttributeNames(
                      Map.of("#v", MailboxHead.VERSION, "#next", MailboxHead.NEXT))
                  .expressionAttributeValues(
                      Map.of(":v", Items.n(seen.version()), ":next", Items.map(next)))));
      return true;
    } catch (ConditionalCheckFailedException changed) {
      return false;
    }
  }

  /** Deletes what is left of a mailbox whose head is gone. */
  void deletePages(EmailAddress user) throws IOException {
    List<String> sortKeys =
        Calls.call(() ->
            dynamo
                .queryPaginator(query ->
                    query
                        .tableName(name)
                        .keyConditionExpression("pk = :user AND begins_with(sk, :page)")
                        .expressionAttributeValues(
                            Map.of(":user", Items.s(user.toString()), ":page", Items.s("page#")))
                        .projectionExpression(Items.SK))
                .items()
                .stream()
                .map(item -> Items.text(item, Items.SK))
                .collect(toList()));
    for (String sortKey : sortKeys) {
      Calls.call(() ->
          dynamo.deleteItem(
              delete -> delete.tableName(name).key(Items.key(user.toString(), sortKey))));
    }
  }
}
