package skypost.aws;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.filter.Filter;
import skypost.mail.filter.Filters;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Filters in the directory table, an item each, and the version in the user's account. An account
 * never names a filter that is not there: that is written before, and goes after.
 */
public final class DynamoFilters implements Filters {
  private static final String PREFIX = "@filter#";
  private static final String SCRIPT = "script";
  private static final String SOURCE = "source";
  private static final String IS_USER = "kind = :user";

  private final DynamoDbClient dynamo;
  private final DirectoryTable table;

  /**
   * @param table the directory table
   */
  public DynamoFilters(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = new DirectoryTable(dynamo, table);
  }

  @Override
  public Optional<Filter> find(EmailAddress user) throws IOException {
    return table
        .getNow(key(user))
        .map(item -> new Filter(Items.text(item, SCRIPT), Items.text(item, SOURCE)));
  }

  @Override
  public boolean put(EmailAddress user, Filter filter) throws IOException {
    Map<String, AttributeValue> item = new HashMap<>(key(user));
    item.put(SCRIPT, Items.s(filter.script()));
    item.put(SOURCE, Items.s(filter.source()));
    table.put(item);
    if (!name(user, "SET #filter = :version", Map.of(":version", Items.s(filter.version())))) {
      table.delete(key(user));
      return false;
    }
    return true;
  }

  @Override
  public boolean delete(EmailAddress user) throws IOException {
    name(user, "REMOVE #filter", Map.of());
    return table.delete(key(user));
  }

  /** Changes what the account says; false when there is no such user. */
  private boolean name(EmailAddress user, String update, Map<String, AttributeValue> version)
      throws IOException {
    Map<String, AttributeValue> values = new HashMap<>(version);
    values.put(":user", Items.s(DynamoDirectory.USER));
    try {
      Calls.call(() ->
          dynamo.updateItem(request ->
              request
                  .tableName(table.table())
                  .key(Items.key(user.domain(), user.local()))
                  .updateExpression(update)
                  .conditionExpression(IS_USER)
                  .expressionAttributeNames(Map.of("#filter", DynamoDirectory.FILTER))
                  .expressionAttributeValues(values)));
      return true;
    } catch (ConditionalCheckFailedException noSuchUser) {
      return false;
    }
  }

  private static Map<String, AttributeValue> key(EmailAddress user) {
    return Items.key(PREFIX + user.domain(), user.local());
  }
}
