package skypost.aws;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Predicate;
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
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

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

  /** The head; empty when there is no mailbox, or one that is being removed. */
  Optional<MailboxHead> head(EmailAddress user) throws IOException {
    return living(headItem(user));
  }

  /** The head's item, also of a mailbox that is being removed. */
  Map<String, AttributeValue> headItem(EmailAddress user) throws IOException {
    return get(user, MailboxHead.SORT_KEY);
  }

  private static Optional<MailboxHead> living(Map<String, AttributeValue> item) {
    return item.isEmpty() || MailboxHead.isRemoved(item)
        ? Optional.empty()
        : Optional.of(MailboxHead.read(item));
  }

  /** The head as it was when it refused a write: no second read is paid for. */
  Optional<MailboxHead> headOf(ConditionalCheckFailedException refused, EmailAddress user)
      throws IOException {
    return refused.hasItem() && !refused.item().isEmpty() ? living(refused.item()) : head(user);
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
  Iterator<MailboxPage> pages(
      EmailAddress user, MailboxHead head, String folder, long from, long before)
      throws IOException {
    return from >= before
        ? List.<MailboxPage>of().iterator()
        : query(user, head, new Range(folder, from, before - 1), Reading.ALL);
  }

  /** Pages of a folder whose name is less than {@code before}, the newest first. */
  Iterator<MailboxPage> newestPages(EmailAddress user, MailboxHead head, String folder, long before)
      throws IOException {
    return before <= 1
        ? List.<MailboxPage>of().iterator()
        : query(user, head, new Range(folder, 1, before - 1), Reading.NEWEST);
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
            : query(user, head, new Range(folder, 1, before - 1), Reading.oldest(wanted));
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
  Optional<MailboxPage> pageAt(EmailAddress user, MailboxHead head, String folder, long uid)
      throws IOException {
    Iterator<MailboxPage> pages = query(user, head, new Range(folder, 1, uid), Reading.LAST);
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
      Iterator<MailboxPage> newestFirst =
          newestPages(user, head, folder.getKey(), folder.getValue());
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

  /** Names of pages. */
  private record Range(String folder, long first, long last) {
    String sortKey(long name) {
      return MailboxPage.sortKey(folder, name);
    }
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

  /** The pages between two names: those that are this mailbox's, not a forerunner's. */
  private Iterator<MailboxPage> query(
      EmailAddress user, MailboxHead head, Range range, Reading reading) throws IOException {
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
                    ":first", Items.s(range.sortKey(range.first())),
                    ":last", Items.s(range.sortKey(range.last()))))
            .build();
    return pages(query, page -> page.version() >= head.firstVersion());
  }

  private Iterator<MailboxPage> pages(QueryRequest query, Predicate<MailboxPage> isOurs)
      throws IOException {
    Iterator<Map<String, AttributeValue>> items =
        Calls.call(() -> dynamo.queryPaginator(query).items().iterator());
    return new Iterator<>() {
      private Optional<MailboxPage> next = Optional.empty();

      @Override
      public boolean hasNext() {
        while (next.isEmpty() && unchecked(items::hasNext)) {
          next = Optional.of(MailboxPage.read(unchecked(items::next))).filter(isOurs);
        }
        return next.isPresent();
      }

      @Override
      public MailboxPage next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        MailboxPage page = next.get();
        next = Optional.empty();
        return page;
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

  /** Deletes the head of a mailbox that has been removed. */
  void deleteRemovedHead(EmailAddress user) throws IOException {
    try {
      Calls.call(() ->
          dynamo.deleteItem(delete ->
              delete
                  .tableName(name)
                  .key(Items.key(user.toString(), MailboxHead.SORT_KEY))
                  .conditionExpression("attribute_exists(#removed)")
                  .expressionAttributeNames(Map.of("#removed", MailboxHead.REMOVED))));
    } catch (ConditionalCheckFailedException gone) {
      return; // another run has removed it, and perhaps somebody has made a new one
    }
  }

  /** All pages of a mailbox that were written for that version or before. */
  Iterator<MailboxPage> allPages(EmailAddress user, long version) throws IOException {
    QueryRequest query =
        QueryRequest.builder()
            .tableName(name)
            .consistentRead(true)
            .keyConditionExpression("pk = :user AND begins_with(sk, :page)")
            .expressionAttributeValues(
                Map.of(":user", Items.s(user.toString()), ":page", Items.s("page#")))
            .build();
    return pages(query, page -> page.version() <= version);
  }

  void deletePages(EmailAddress user, List<MailboxPage> pages) throws IOException {
    List<WriteRequest> deletes =
        pages.stream()
            .map(page -> Items.key(user.toString(), page.sortKey()))
            .map(key -> WriteRequest.builder().deleteRequest(delete -> delete.key(key)).build())
            .toList();
    BatchWrites.write(dynamo, name, deletes);
  }
}
