package skypost.aws;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.aws.OutboundWakes.Wake;
import skypost.mail.directory.Page;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.Select;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * The outbound queue: entries in the messages table, which is the truth, and SQS messages that only
 * wake SendFunction. A wake-up too many does no harm, since booking is conditional; one too few
 * cannot be, since the message that caused the change is deleted from its queue only after the
 * wake-up was sent.
 */
public final class DynamoOutboundQueue implements OutboundQueue {
  private static final String INDEX = "waiting";
  private static final String DESTINATION_INDEX = "destination";

  /** While {@code SENDING}, it is due when the attempt counts as lost. */
  private static final String DUE = "#state IN (:queued, :deferred, :sending) AND #next <= :now";

  private static final String WAITS_OR_LOST =
      "#state IN (:queued, :deferred) OR (#state = :sending AND #next <= :now)";

  private static final Map<String, String> NAMES =
      Map.of(
          "#state", QueueItems.STATUS,
          "#next", QueueItems.NEXT_ATTEMPT,
          "#mark", QueueItems.MARK);

  private final DynamoDbClient dynamo;
  private final String table;
  private final OutboundWakes wakes;
  private final Clock clock;

  /**
   * @param table the messages table
   * @param queueUrl of the outbound queue
   */
  public DynamoOutboundQueue(
      DynamoDbClient dynamo, String table, SqsClient sqs, String queueUrl, Clock clock) {
    this.dynamo = dynamo;
    this.table = table;
    this.wakes = new OutboundWakes(sqs, queueUrl);
    this.clock = clock;
  }

  @Override
  public void enqueue(List<QueueEntry> entries) throws IOException {
    List<Wake> toWake = new ArrayList<>();
    for (QueueEntry entry : entries) {
      Map<String, AttributeValue> item = QueueItems.write(entry);
      try {
        Calls.call(() ->
            dynamo.putItem(put ->
                put.tableName(table).item(item).conditionExpression("attribute_not_exists(pk)")));
        toWake.add(Wake.of(EntryWake.of(entry, Optional.empty())));
      } catch (ConditionalCheckFailedException queuedBefore) {
        // The wake-up may not have been sent that time; one too many does no harm.
        toWake.add(Wake.of(EntryWake.of(entry, Optional.empty())));
      }
    }
    wakes.send(toWake, Duration.ZERO);
  }

  @Override
  public Booking book(EntryId id, Instant now, Instant lostAt) throws IOException {
    return book(id, now, lostAt, DUE);
  }

  @Override
  public Booking bookEarly(EntryId id, Instant now, Instant lostAt) throws IOException {
    return book(id, now, lostAt, WAITS_OR_LOST);
  }

  private Booking book(EntryId id, Instant now, Instant lostAt, String condition)
      throws IOException {
    String mark = Items.mark();
    try {
      Map<String, AttributeValue> booked =
          Calls.call(() ->
                  dynamo.updateItem(update ->
                      update
                          .tableName(table)
                          .key(QueueItems.key(id))
                          .updateExpression(
                              "SET #state = :sending, #next = :lost, attempts = attempts + :one,"
                                  + " #mark = :mark")
                          .conditionExpression(condition)
                          .expressionAttributeNames(NAMES)
                          .expressionAttributeValues(
                              Map.of(
                                  ":mark", Items.s(mark),
                                  ":sending", Items.s(QueueItems.text(Status.SENDING)),
                                  ":queued", Items.s(QueueItems.text(Status.QUEUED)),
                                  ":deferred", Items.s(QueueItems.text(Status.DEFERRED)),
                                  ":lost", Items.n(lostAt.toEpochMilli()),
                                  ":now", Items.n(now.toEpochMilli()),
                                  ":one", Items.n(1)))
                          .returnValues(ReturnValue.ALL_NEW)
                          .returnValuesOnConditionCheckFailure(
                              ReturnValuesOnConditionCheckFailure.ALL_OLD)))
              .attributes();
      return new Booking.Booked(QueueItems.read(booked));
    } catch (ConditionalCheckFailedException refused) {
      return QueueItems.isMarked(refused, mark)
          ? new Booking.Booked(QueueItems.read(refused.item()))
          : explain(refused);
    }
  }

  @Override
  public PuttingOff putOff(EntryId id, String waitsFor, Instant now, Instant until)
      throws IOException {
    String mark = Items.mark();
    QueueEntry entry;
    try {
      Map<String, AttributeValue> values =
          Map.of(
              ":mark", Items.s(mark),
              ":queued", Items.s(QueueItems.text(Status.QUEUED)),
              ":deferred", Items.s(QueueItems.text(Status.DEFERRED)),
              ":sending", Items.s(QueueItems.text(Status.SENDING)),
              ":now", Items.n(now.toEpochMilli()),
              ":next", Items.n(until.toEpochMilli()),
              ":waiting", Items.s(QueueItems.WAITING),
              ":due", Items.s(QueueItems.due(until)),
              ":destination", Items.s(waitsFor));
      Map<String, AttributeValue> item =
          Calls.call(() ->
                  dynamo.updateItem(update ->
                      update
                          .tableName(table)
                          .key(QueueItems.key(id))
                          .updateExpression(
                              "SET #state = :deferred, #next = :next, queued = :waiting,"
                                  + " due = :due, destination = :destination, #mark = :mark")
                          .conditionExpression(DUE)
                          .expressionAttributeNames(NAMES)
                          .expressionAttributeValues(values)
                          .returnValues(ReturnValue.ALL_NEW)
                          .returnValuesOnConditionCheckFailure(
                              ReturnValuesOnConditionCheckFailure.ALL_OLD)))
              .attributes();
      entry = QueueItems.read(item);
    } catch (ConditionalCheckFailedException refused) {
      if (!QueueItems.isMarked(refused, mark)) {
        return switch (explain(refused)) {
          case Booking.NotDue notDue -> notDue;
          case Booking.NothingToDo nothing -> nothing;
          case Booking.Booked impossible -> throw new IllegalStateException(impossible.toString());
        };
      }
      entry = QueueItems.read(refused.item());
    }
    wake(EntryWake.of(entry, Optional.of(until)), now);
    return new PuttingOff.Waits(entry);
  }

  private static Booking explain(ConditionalCheckFailedException refused) throws IOException {
    if (!refused.hasItem() || refused.item().isEmpty()) {
      return new Booking.NothingToDo();
    }
    QueueEntry entry = QueueItems.read(refused.item());
    return switch (entry.status()) {
      case QUEUED, DEFERRED, SENDING -> new Booking.NotDue(entry.nextAttempt());
      case HELD, DONE -> new Booking.NothingToDo();
    };
  }

  @Override
  public boolean finish(QueueEntry entry) throws IOException {
    boolean written =
        putIf(
            entry,
            "#state = :seen AND attempts = :attempts",
            Map.of(
                ":seen", Items.s(QueueItems.text(Status.SENDING)),
                ":attempts", Items.n(entry.attemptsMade())));
    if (written && entry.status() == Status.DEFERRED) {
      wake(entry);
    }
    return written;
  }

  @Override
  public boolean replace(QueueEntry seen, QueueEntry wanted) throws IOException {
    Map<String, AttributeValue> values =
        new HashMap<>(
            Map.of(
                ":seen", Items.s(QueueItems.text(seen.status())),
                ":attempts", Items.n(seen.attemptsMade()),
                ":next", Items.n(seen.nextAttempt().toEpochMilli())));
    Optional<ByHand.Step> step = seen.byHand().last();
    step.ifPresent(last -> values.put(":hand", Items.s(QueueItems.text(last))));
    boolean written =
        putIf(
            wanted,
            "#state = :seen AND attempts = :attempts AND #next = :next AND "
                + (step.isPresent()
                    ? QueueItems.BY_HAND + " = :hand"
                    : "attribute_not_exists(" + QueueItems.BY_HAND + ")"),
            values);
    if (written && (wanted.status() == Status.DEFERRED || wanted.status() == Status.QUEUED)) {
      wake(wanted);
    }
    return written;
  }

  private boolean putIf(QueueEntry entry, String condition, Map<String, AttributeValue> values)
      throws IOException {
    String mark = Items.mark();
    Map<String, AttributeValue> item = QueueItems.write(entry);
    item.put(QueueItems.MARK, Items.s(mark));
    Map<String, String> names = new HashMap<>(Map.of("#state", QueueItems.STATUS));
    if (condition.contains("#next")) {
      names.put("#next", QueueItems.NEXT_ATTEMPT);
    }
    try {
      Calls.call(() ->
          dynamo.putItem(put ->
              put.tableName(table)
                  .item(item)
                  .conditionExpression(condition)
                  .expressionAttributeNames(names)
                  .expressionAttributeValues(values)
                  .returnValuesOnConditionCheckFailure(
                      ReturnValuesOnConditionCheckFailure.ALL_OLD)));
      return true;
    } catch (ConditionalCheckFailedException changed) {
      return QueueItems.isMarked(changed, mark);
    }
  }

  @Override
  public void wake(EntryWake wake, Instant now) throws IOException {
    wakes.send(List.of(Wake.of(wake)), Duration.between(now, wake.due().orElse(now)));
  }

  private void wake(QueueEntry entry) throws IOException {
    wake(EntryWake.of(entry, Optional.of(entry.nextAttempt())), clock.instant());
  }

  @Override
  public void wakeDestination(String destination, Instant now, Instant due) throws IOException {
    wakes.send(List.of(Wake.of(destination, due)), Duration.between(now, due));
  }

  @Override
  public List<QueueEntry> entries(MessageId message) throws IOException {
    return QueueItems.read(
        Calls.call(() ->
            dynamo
                .queryPaginator(query ->
                    query
                        .tableName(table)
                        .consistentRead(true)
                        .keyConditionExpression("pk = :message AND begins_with(sk, :to)")
                        .expressionAttributeValues(
                            Map.of(
                                ":message", Items.s(message.value()),
                                ":to", Items.s(QueueItems.SORT_PREFIX))))
                .items()
                .stream()
                .toList()));
  }

  @Override
  public List<EntryId> waitingFor(String destination, int limit, Optional<EntryId> after)
      throws IOException {
    QueryRequest.Builder query = waitingFor(destination).limit(limit);
    after.ifPresent(last -> {
      Map<String, AttributeValue> start = new HashMap<>(QueueItems.key(last));
      start.put(QueueItems.DESTINATION, Items.s(destination));
      query.exclusiveStartKey(start);
    });
    return Calls.call(() -> dynamo.query(query.build())).items().stream()
        .map(QueueItems::id)
        .toList();
  }

  /** One request counts a megabyte of keys, about ten thousand entries, for 64 read units. */
  @Override
  public Count countWaitingFor(String destination) throws IOException {
    QueryRequest query = waitingFor(destination).select(Select.COUNT).build();
    QueryResponse response = Calls.call(() -> dynamo.query(query));
    boolean isAll = !response.hasLastEvaluatedKey() || response.lastEvaluatedKey().isEmpty();
    return new Count(response.count(), isAll);
  }

  private QueryRequest.Builder waitingFor(String destination) {
    return QueryRequest.builder()
        .tableName(table)
        .indexName(DESTINATION_INDEX)
        .keyConditionExpression("destination = :destination")
        .expressionAttributeValues(Map.of(":destination", Items.s(destination)));
  }

  @Override
  public Page<QueueEntry> waiting(int limit, Optional<String> next) throws IOException {
    QueryRequest.Builder query =
        QueryRequest.builder()
            .tableName(table)
            .indexName(INDEX)
            .keyConditionExpression("queued = :waiting")
            .expressionAttributeValues(Map.of(":waiting", Items.s(QueueItems.WAITING)))
            .limit(limit);
    if (next.isPresent()) {
      query.exclusiveStartKey(readToken(next.get()));
    }
    QueryResponse response = Calls.call(() -> dynamo.query(query.build()));
    Optional<String> more =
        response.hasLastEvaluatedKey() && !response.lastEvaluatedKey().isEmpty()
            ? Optional.of(writeToken(response.lastEvaluatedKey()))
            : Optional.empty();
    return new Page<>(QueueItems.read(response.items()), more);
  }

  private static String writeToken(Map<String, AttributeValue> key) {
    String text =
        Items.text(key, QueueItems.DUE)
            + " "
            + Items.text(key, Items.PK)
            + " "
            + Items.text(key, Items.SK);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws IllegalArgumentException when it is no token of ours
   */
  private static Map<String, AttributeValue> readToken(String token) {
    String[] parts =
        new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split(" ", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("not a position in the queue: " + token);
    }
    return Map.of(
        QueueItems.QUEUED, Items.s(QueueItems.WAITING),
        QueueItems.DUE, Items.s(parts[0]),
        Items.PK, Items.s(parts[1]),
        Items.SK, Items.s(parts[2]));
  }
}
