package skypost.aws;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.mailbox.DomainUsage;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * {@link DomainUsage} as items of the mailboxes table: {@code pk = @usage}, which no address can
 * be, {@code sk} the domain.
 */
public final class DynamoDomainUsage implements DomainUsage {
  private static final String PARTITION = "@usage";
  private static final String BYTES = "bytes";
  private static final String PARTIAL = "partial";
  private static final String STEPPED_AT = "at"; // milliseconds since the epoch
  private static final String CURSOR = "cursor";

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the mailboxes table
   */
  public DynamoDomainUsage(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public Optional<Usage> find(String domain) throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() ->
            dynamo
                .getItem(get ->
                    get.tableName(table).key(Items.key(PARTITION, domain)).consistentRead(true))
                .item());
    return item.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Usage(
                Items.number(item, BYTES),
                Instant.ofEpochMilli(Items.number(item, STEPPED_AT)),
                Items.number(item, PARTIAL),
                Items.optionalText(item, CURSOR)));
  }

  @Override
  public boolean replace(String domain, Optional<Usage> seen, Usage next) throws IOException {
    Map<String, AttributeValue> item = new HashMap<>(Items.key(PARTITION, domain));
    item.put(BYTES, Items.n(next.bytes()));
    item.put(STEPPED_AT, Items.n(next.steppedAt().toEpochMilli()));
    item.put(PARTIAL, Items.n(next.partial()));
    next.cursor().ifPresent(cursor -> item.put(CURSOR, Items.s(cursor)));
    try {
      Calls.call(() ->
          dynamo.putItem(put -> {
            put.tableName(table).item(item).conditionExpression("attribute_not_exists(pk)");
            seen.ifPresent(before ->
                put.conditionExpression("#at = :at AND #partial = :partial")
                    .expressionAttributeNames(Map.of("#at", STEPPED_AT, "#partial", PARTIAL))
                    .expressionAttributeValues(
                        Map.of(
                            ":at", Items.n(before.steppedAt().toEpochMilli()),
                            ":partial", Items.n(before.partial()))));
          }));
      return true;
    } catch (ConditionalCheckFailedException quicker) {
      return false;
    }
  }

  @Override
  public void forget(String domain) throws IOException {
    Calls.call(() ->
        dynamo.deleteItem(delete -> delete.tableName(table).key(Items.key(PARTITION, domain))));
  }
}
