package skypost.local;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import skypost.protocol.log.EventLog;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;

/**
 * Deletes a table's expired items now and then, as DynamoDB's time to live does and dynoxide does
 * not.
 */
final class TimeToLiveSweeper implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMinutes(10);

  private final DynamoDbClient dynamoDb;
  private final String table;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("time-to-live").factory());

  TimeToLiveSweeper(DynamoDbClient dynamoDb, String table, Clock clock) {
    this.dynamoDb = dynamoDb;
    this.table = table;
    this.clock = clock;
  }

  /** Sweeps after some minutes and again and again. */
  void start() {
    timer.scheduleWithFixedDelay(
        this::sweepAndGoOn, PERIOD.toSeconds(), PERIOD.toSeconds(), TimeUnit.SECONDS);
  }

  private void sweepAndGoOn() {
    try {
      sweep();
    } catch (RuntimeException fault) {
      EventLog.warn("sweep-failed").with("table", table).cause(fault).write();
    }
  }

  /** Deletes what has expired. @return how many items */
  int sweep() {
    String[] keys =
        dynamoDb.describeTable(request -> request.tableName(table)).table().keySchema().stream()
            .map(KeySchemaElement::attributeName)
            .toArray(String[]::new);
    Map<String, AttributeValue> now =
        Map.of(":now", AttributeValue.fromN(Long.toString(clock.instant().getEpochSecond())));
    int deleted = 0;
    for (var item :
        dynamoDb
            .scanPaginator(request ->
                request
                    .tableName(table)
                    .filterExpression(Resources.EXPIRES + " < :now")
                    .expressionAttributeValues(now))
            .items()) {
      deleted += delete(keys, item, now) ? 1 : 0;
    }
    return deleted;
  }

  private boolean delete(
      String[] keys, Map<String, AttributeValue> item, Map<String, AttributeValue> now) {
    Map<String, AttributeValue> key = new LinkedHashMap<>();
    for (String name : keys) {
      key.put(name, item.get(name));
    }
    try {
      dynamoDb.deleteItem(request ->
          request
              .tableName(table)
              .key(key)
              .conditionExpression(Resources.EXPIRES + " < :now")
              .expressionAttributeValues(now));
      return true;
    } catch (ConditionalCheckFailedException livesOn) {
      return false; // somebody put the end off meanwhile
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
