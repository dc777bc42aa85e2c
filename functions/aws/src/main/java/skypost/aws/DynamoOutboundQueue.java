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
import skypost.mail.directory.Page;
import skypost.mail.json.Fields;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.EntryId;
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
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/**
 * The outbound queue: entries in the messages table, which is the truth, and SQS messages that only
 * wake SendFunction. A wake-up too many does no harm, since booking is conditional; one too few
 * cannot be, since the message that caused the change is deleted from its queue only after the
 * wake-up was sent.
 */
public final class DynamoOutboundQueue implements OutboundQueue {
  /** The longest delay of an SQS message; what is due later wakes early and goes to sleep again. */
  private static final Duration MAX_DELAY = Duration.ofSeconds(900);

  private static final int WAKES_AT_ONCE = 10; // Amazon SQS API reference, SendMessageBatch
  private static final String INDEX = "waiting";

  private final DynamoDbClient dynamo;
  private final String table;
  private final SqsClient sqs;
  private final String queueUrl;
  private final Clock clock;

  /**
   * @param table the messages table
   * @param queueUrl of the outbound queue
   */
  public DynamoOutboundQueue(
      DynamoDbClient dynamo, String table, SqsClient sqs, String queueUrl, Clock clock) {
    this.dynamo = dynamo;
    this.table = table;
    this.sqs = sqs;
    this.queueUrl = queueUrl;
    this.clock = clock;
  }

  @Override
  public void enqueue(List<QueueEntry> entries) throws IOException {
    List<EntryId> toWake = new ArrayList<>();
    for (QueueEntry entry : entries) {
      Map<String, AttributeValue> item = QueueItems.write(entry);
      try {
        Calls.call(() ->
            dynamo.putItem(put ->
                put.tableName(table).item(item).conditionExpression("attribute_not_exists(pk)")));
        toWake.add(entry.id());
      } catch (ConditionalCheckFailedException queuedBefore) {
        // The wake-up may not have been sent that time; one too many does no harm.
        toWake.add(entry.id());
      }
    }
    wake(toWake, Duration.ZERO);
  }

  @Override
  public Booking book(EntryId id, Instant now, Instant lostAt) throws IOException {
    try {
      Map<String, AttributeValue> booked =
          Calls.call(() ->
                  dynamo.updateItem(update ->
                      update
                          .tableName(table)
                          .key(QueueItems.key(id))
                          .updateExpression(
                              "SET #state = :sending, #next = :lost, attempts = attempts + :one")
                          .conditionExpression(
                              "#state IN (:queued, :deferred, :sending) AND #next <= :now")
                          .expressionAttributeNames(
                              Map.of("#state", QueueItems.STATUS, "#next", QueueItems.NEXT_ATTEMPT))
                          .expressionAttributeValues(
                              Map.of(
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
      return refused.hasItem() && !refused.item().isEmpty()
          ? explain(QueueItems.read(refused.item()))
          : new Booking.NothingToDo();
    }
  }

  private static Booking explain(QueueEntry entry) {
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
      wake(entry.id(), clock.instant(), entry.nextAttempt());
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
      wake(wanted.id(), clock.instant(), wanted.nextAttempt());
    }
    return written;
  }

  private boolean putIf(QueueEntry entry, String condition, Map<String, AttributeValue> values)
      throws IOException {
    Map<String, AttributeValue> item = QueueItems.write(entry);
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
                  .expressionAttributeValues(values)));
      return true;
    } catch (ConditionalCheckFailedException changed) {
      return false;
    }
  }

  @Override
  public void wake(EntryId id, Instant now, Instant due) throws IOException {
    wake(List.of(id), Duration.between(now, due));
  }

  private void wake(List<EntryId> ids, Duration wait) throws IOException {
    Duration bounded =
        wait.isNegative() ? Duration.ZERO : wait.compareTo(MAX_DELAY) > 0 ? MAX_DELAY : wait;
    int delay =
        (int)
            bounded
                .plusMillis(999)
                .toSeconds(); // rather late by part of a second than early and once more
    for (int from = 0; from < ids.size(); from += WAKES_AT_ONCE) {
      List<SendMessageBatchRequestEntry> batch = new ArrayList<>();
      for (EntryId id : ids.subList(from, Math.min(ids.size(), from + WAKES_AT_ONCE))) {
        batch.add(
            SendMessageBatchRequestEntry.builder()
                .id("e" + batch.size())
                .messageBody(Fields.string(Map.of("entry", id.toString())))
                // One busy destination does not hold up the others (Amazon SQS, "Fair queues").
                .messageGroupId(group(id.destination()))
                .delaySeconds(Math.min(delay, (int) MAX_DELAY.toSeconds()))
                .build());
      }
      SendMessageBatchResponse response =
          Calls.call(() -> sqs.sendMessageBatch(send -> send.queueUrl(queueUrl).entries(batch)));
      if (response.hasFailed() && !response.failed().isEmpty()) {
        throw new IOException("not woken: " + response.failed());
      }
    }
  }

  /** A group id takes 128 letters, digits and punctuation marks. */
  private static String group(String destination) {
    return destination.length() <= 128
        ? destination
        : destination.substring(destination.length() - 128);
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
