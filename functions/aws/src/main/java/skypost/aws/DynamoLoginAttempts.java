package skypost.aws;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.authorize.LoginAttempts;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;

/**
 * {@link LoginAttempts} as items of the credentials table, which AuthorizeFunction may touch
 * anyway. Time to live takes them away once nothing is owed.
 */
public final class DynamoLoginAttempts implements LoginAttempts {
  /** In front of every key; a user's item has an address for its key and so an "@" in it. */
  static final String PREFIX = "attempts#";

  private static final String OWED = "owed"; // until when, in milliseconds since the epoch
  private static final String WRONG = "wrong";
  private static final Duration KEPT = MOST.plusHours(1);

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the credentials table
   */
  public DynamoLoginAttempts(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public List<Debt> owed(List<String> keys) throws IOException {
    // One request. What DynamoDB leaves unread under pressure counts as a fault, not as no debt.
    var asked =
        KeysAndAttributes.builder()
            .keys(keys.stream().map(DynamoLoginAttempts::key).toList())
            .consistentRead(false)
            .build();
    var answer =
        Calls.call(() -> dynamo.batchGetItem(get -> get.requestItems(Map.of(table, asked))));
    if (!answer.unprocessedKeys().isEmpty()) {
      throw new IOException("login attempts could not be read");
    }
    Map<String, Debt> debts = new HashMap<>();
    for (Map<String, AttributeValue> item : answer.responses().getOrDefault(table, List.of())) {
      debts.put(
          Items.text(item, Items.PK),
          new Debt(Instant.ofEpochMilli(Items.number(item, OWED)), Items.texts(item, WRONG)));
    }
    return keys.stream().map(key -> debts.getOrDefault(PREFIX + key, Debt.NONE)).toList();
  }

  @Override
  public void charge(String key, Duration cost, List<String> wrong, Instant now)
      throws IOException {
    // Whoever owes something owes more; whoever owes nothing begins now. A race between the two is
    // won by one, and the other then finds that something is owed.
    if (add(key, cost, wrong, now) || begin(key, cost, wrong, now)) {
      return;
    }
    add(key, cost, wrong, now); // or so much is owed that it makes no difference
  }

  private boolean add(String key, Duration cost, List<String> wrong, Instant now)
      throws IOException {
    return update(
        key,
        "SET #owed = #owed + :cost, #wrong = :wrong, #expires = :expires",
        "#owed > :now AND #owed < :most",
        Map.of(
            ":cost", Items.n(cost.toMillis()),
            ":wrong", Items.strings(wrong),
            ":expires", Items.n(now.plus(KEPT).getEpochSecond()),
            ":now", Items.n(now.toEpochMilli()),
            ":most", Items.n(now.plus(MOST).toEpochMilli())));
  }

  private boolean begin(String key, Duration cost, List<String> wrong, Instant now)
      throws IOException {
    return update(
        key,
        "SET #owed = :owed, #wrong = :wrong, #expires = :expires",
        "attribute_not_exists(#owed) OR #owed <= :now",
        Map.of(
            ":owed", Items.n(now.plus(cost).toEpochMilli()),
            ":wrong", Items.strings(wrong),
            ":expires", Items.n(now.plus(KEPT).getEpochSecond()),
            ":now", Items.n(now.toEpochMilli())));
  }

  private boolean update(
      String key, String expression, String condition, Map<String, AttributeValue> values)
      throws IOException {
    try {
      Calls.call(() ->
          dynamo.updateItem(update ->
              update
                  .tableName(table)
                  .key(key(key))
                  .updateExpression(expression)
                  .conditionExpression(condition)
                  .expressionAttributeNames(
                      Map.of("#owed", OWED, "#wrong", WRONG, "#expires", Items.EXPIRES))
                  .expressionAttributeValues(values)));
      return true;
    } catch (ConditionalCheckFailedException otherwise) {
      return false;
    }
  }

  private static Map<String, AttributeValue> key(String key) {
    return Map.of(Items.PK, Items.s(PREFIX + key));
  }
}
