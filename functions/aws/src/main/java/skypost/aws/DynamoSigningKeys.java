package skypost.aws;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.DomainKeysJson;
import skypost.mail.signing.SigningKeys;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Signing keys in the directory table: one item of a domain has all of its pairs, so that one
 * becomes active and another retires in the same write.
 */
public final class DynamoSigningKeys implements SigningKeys {
  private static final String PARTITION = "@signing";
  private static final String PAIRS = "pairs";
  private static final String VERSION = "version";

  private final DynamoDbClient dynamo;
  private final String name;
  private final DirectoryTable table;

  /**
   * @param name of the directory table
   */
  public DynamoSigningKeys(DynamoDbClient dynamo, String name) {
    this.dynamo = dynamo;
    this.name = name;
    this.table = new DirectoryTable(dynamo, name);
  }

  @Override
  public DomainKeys of(String domain) throws IOException {
    Optional<Map<String, AttributeValue>> item = table.getNow(key(domain));
    return item.isEmpty()
        ? DomainKeys.none(domain)
        : new DomainKeys(
            domain,
            Items.number(item.get(), VERSION),
            DomainKeysJson.read(Items.text(item.get(), PAIRS)));
  }

  @Override
  public boolean replace(DomainKeys next) throws IOException {
    Map<String, AttributeValue> item = Items.item(PARTITION, next.domain());
    item.put(PAIRS, Items.s(DomainKeysJson.string(next.pairs())));
    item.put(VERSION, Items.n(next.version()));
    boolean first = next.version() == 1;
    try {
      Calls.call(() ->
          dynamo.putItem(put -> {
            put.tableName(name).item(item);
            if (first) {
              put.conditionExpression("attribute_not_exists(pk)");
            } else {
              put.conditionExpression("version = :seen")
                  .expressionAttributeValues(Map.of(":seen", Items.n(next.version() - 1)));
            }
          }));
      return true;
    } catch (ConditionalCheckFailedException changedMeanwhile) {
      return false;
    }
  }

  @Override
  public void forget(String domain) throws IOException {
    table.delete(key(domain));
  }

  private static Map<String, AttributeValue> key(String domain) {
    return Items.key(PARTITION, domain);
  }
}
