package skypost.aws;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.SmartHostPasswords;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Passwords at smart hosts in the credentials table, one item each. The policies know them by their
 * keys: SendFunction may read them and nothing else in that table, ApiFunction may write and not
 * read them, AuthorizeFunction may do neither. Time to live clears away what is forgotten.
 */
public final class DynamoSmartHostPasswords implements SmartHostPasswords {
  /** Named in the policies too. No user's key begins so: it is no address. */
  private static final String PREFIX = "@smart-host#";

  private static final String PASSWORD = "password";

  private final DynamoDbClient dynamo;
  private final String table;
  private final Clock clock;

  /**
   * @param table the credentials table
   */
  public DynamoSmartHostPasswords(DynamoDbClient dynamo, String table, Clock clock) {
    this.dynamo = dynamo;
    this.table = table;
    this.clock = clock;
  }

  @Override
  public Optional<String> find(String id) throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() ->
            dynamo.getItem(get -> get.tableName(table).key(key(id)).consistentRead(true)).item());
    boolean forgotten =
        item.containsKey(Items.EXPIRES)
            && clock.instant().getEpochSecond() >= Items.number(item, Items.EXPIRES);
    return forgotten ? Optional.empty() : Items.optionalText(item, PASSWORD);
  }

  @Override
  public void put(String id, String password) throws IOException {
    Calls.call(() ->
        dynamo.updateItem(update ->
            update
                .tableName(table)
                .key(key(id))
                .updateExpression("SET #password = :password")
                .expressionAttributeNames(Map.of("#password", PASSWORD))
                .expressionAttributeValues(Map.of(":password", Items.s(password)))));
  }

  @Override
  public void forget(String id, Instant after) throws IOException {
    try {
      Calls.call(() ->
          dynamo.updateItem(update ->
              update
                  .tableName(table)
                  .key(key(id))
                  .updateExpression("SET #expires = :after")
                  .conditionExpression("attribute_exists(pk)")
                  .expressionAttributeNames(Map.of("#expires", Items.EXPIRES))
                  .expressionAttributeValues(Map.of(":after", Items.n(after.getEpochSecond())))));
    } catch (ConditionalCheckFailedException notThere) {
      return;
    }
  }

  private static Map<String, AttributeValue> key(String id) {
    return Map.of(Items.PK, Items.s(PREFIX + id));
  }
}
