package skypost.aws;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import skypost.mail.sieve.run.FilterMemories;
import skypost.mail.sieve.run.Memory;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What scripts remember, an item for each key in the mailboxes table: {@code pk} the user, {@code
 * sk = memory#<key>}. Time to live clears it away within days; until then what has expired is not
 * looked at.
 */
public final class DynamoFilterMemories implements FilterMemories {
  private static final String PREFIX = "memory#";
  private static final String BY = "by";
  private static final String UNTIL = "until"; // to the millisecond; time to live has seconds

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the mailboxes table
   */
  public DynamoFilterMemories(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public boolean remembers(EmailAddress user, String key, String by, Instant now)
      throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() ->
            dynamo
                .getItem(get -> get.tableName(table).key(key(user, key)).consistentRead(true))
                .item());
    return !item.isEmpty()
        && !Items.text(item, BY).equals(by)
        && Instant.ofEpochMilli(Items.number(item, UNTIL)).isAfter(now);
  }

  @Override
  public void remember(EmailAddress user, List<Memory.Mark> marks, String by) throws IOException {
    for (Memory.Mark mark : marks) {
      Map<String, AttributeValue> item =
          Items.item(user.canonical().toString(), PREFIX + mark.key());
      item.put(BY, Items.s(by));
      item.put(UNTIL, Items.n(mark.until().toEpochMilli()));
      item.put(Items.EXPIRES, Items.n(mark.until().getEpochSecond() + 1));
      Calls.call(() -> dynamo.putItem(put -> put.tableName(table).item(item)));
    }
  }

  @Override
  public void forget(EmailAddress user) throws IOException {
    String owner = user.canonical().toString();
    List<String> keys =
        Calls.call(() ->
            dynamo
                .queryPaginator(query ->
                    query
                        .tableName(table)
                        .keyConditionExpression("pk = :user AND begins_with(sk, :memory)")
                        .expressionAttributeValues(
                            Map.of(":user", Items.s(owner), ":memory", Items.s(PREFIX)))
                        .projectionExpression(Items.SK))
                .items()
                .stream()
                .map(item -> Items.text(item, Items.SK))
                .toList());
    for (String key : keys) {
      Calls.call(
          () -> dynamo.deleteItem(delete -> delete.tableName(table).key(Items.key(owner, key))));
    }
  }

  private static Map<String, AttributeValue> key(EmailAddress user, String key) {
    return Items.key(user.canonical().toString(), PREFIX + key);
  }
}
