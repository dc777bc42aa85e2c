package skypost.aws;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import skypost.mail.authorize.Greylist;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * {@link Greylist} as items of the credentials table, which AuthorizeFunction may touch anyway.
 * Time to live takes them away.
 */
public final class DynamoGreylist implements Greylist {
  /** In front of every key; AuthorizeFunction's policy names it too. */
  static final String PREFIX = "@grey#"; // no address begins with an "@"

  private static final String PASS = "pass#";
  private static final String TRIPLET = "seen#";
  private static final String AT = "at"; // in milliseconds since the epoch

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the credentials table
   */
  public DynamoGreylist(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public Optional<Instant> passesUntil(String key) throws IOException {
    return at(PASS + key);
  }

  @Override
  public void pass(String key, Instant until) throws IOException {
    set(PASS + key, until, until);
  }

  @Override
  public Optional<Instant> firstSeen(String triplet) throws IOException {
    return at(TRIPLET + triplet);
  }

  @Override
  public Instant see(String triplet, Instant now, Instant since, Instant expires)
      throws IOException {
    var written =
        Calls.call(() ->
            dynamo.updateItem(update ->
                update
                    .tableName(table)
                    .key(key(TRIPLET + triplet))
                    .updateExpression(
                        "SET #at = if_not_exists(#at, :at), #expires = if_not_exists(#expires, :expires)")
                    .expressionAttributeNames(Map.of("#at", AT, "#expires", Items.EXPIRES))
                    .expressionAttributeValues(values(now, expires))
                    .returnValues(ReturnValue.ALL_NEW)));
    Instant first = Instant.ofEpochMilli(Items.number(written.attributes(), AT));
    if (!first.isBefore(since)) {
      return first;
    }
    set(TRIPLET + triplet, now, expires); // time to live takes items away days late
    return now;
  }

  private Optional<Instant> at(String key) throws IOException {
    var found =
        Calls.call(
            () -> dynamo.getItem(get -> get.tableName(table).key(key(key)).consistentRead(false)));
    return found.item().containsKey(AT)
        ? Optional.of(Instant.ofEpochMilli(Items.number(found.item(), AT)))
        : Optional.empty();
  }

  private void set(String key, Instant at, Instant expires) throws IOException {
    Calls.call(() ->
        dynamo.updateItem(update ->
            update
                .tableName(table)
                .key(key(key))
                .updateExpression("SET #at = :at, #expires = :expires")
                .expressionAttributeNames(Map.of("#at", AT, "#expires", Items.EXPIRES))
                .expressionAttributeValues(values(at, expires))));
  }

  private static Map<String, AttributeValue> values(Instant at, Instant expires) {
    return Map.of(":at", Items.n(at.toEpochMilli()), ":expires", Items.n(expires.getEpochSecond()));
  }

  private static Map<String, AttributeValue> key(String key) {
    return Map.of(Items.PK, Items.s(PREFIX + key));
  }
}
