package skypost.aws;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import skypost.mail.authorize.Tallies;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * {@link Tallies} as items of the credentials table, which AuthorizeFunction may touch anyway: one
 * write each, none read. Time to live takes them away.
 */
public final class DynamoTallies implements Tallies {
  /** In front of every key; AuthorizeFunction's policy names it too. */
  static final String PREFIX = "@tally#"; // no address begins with an "@"

  private static final String COUNT = "count";
  private static final String FRONT = "front#"; // in front of an attribute's name
  private static final String HELD = "held";
  private static final String UNTIL = "until"; // in milliseconds since the epoch

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the credentials table
   */
  public DynamoTallies(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public long add(String key, long count, Instant expires) throws IOException {
    var written =
        Calls.call(() ->
            dynamo.updateItem(update ->
                update
                    .tableName(table)
                    .key(key(key))
                    .updateExpression("ADD #count :count SET #expires = :expires")
                    .expressionAttributeNames(Map.of("#count", COUNT, "#expires", Items.EXPIRES))
                    .expressionAttributeValues(
                        Map.of(
                            ":count", Items.n(count),
                            ":expires", Items.n(expires.getEpochSecond())))
                    .returnValues(ReturnValue.UPDATED_NEW)));
    return Items.number(written.attributes(), COUNT);
  }

  @Override
  public long hold(String key, Share share, Instant now) throws IOException {
    var held = Map.of(HELD, Items.n(share.count()), UNTIL, Items.n(share.until().toEpochMilli()));
    var written =
        Calls.call(() ->
            dynamo.updateItem(update ->
                update
                    .tableName(table)
                    .key(key(key))
                    .updateExpression("SET #front = :held, #expires = :expires")
                    .expressionAttributeNames(
                        Map.of("#front", FRONT + share.front(), "#expires", Items.EXPIRES))
                    .expressionAttributeValues(
                        Map.of(
                            ":held", Items.map(held),
                            ":expires", Items.n(share.until().getEpochSecond())))
                    .returnValues(ReturnValue.ALL_NEW)));
    long total = 0;
    for (Map.Entry<String, AttributeValue> other : written.attributes().entrySet()) {
      if (other.getKey().startsWith(FRONT)) {
        Map<String, AttributeValue> holds = other.getValue().m();
        total += Items.number(holds, UNTIL) > now.toEpochMilli() ? Items.number(holds, HELD) : 0;
      }
    }
    return total;
  }

  private static Map<String, AttributeValue> key(String key) {
    return Map.of(Items.PK, Items.s(PREFIX + key));
  }
}
