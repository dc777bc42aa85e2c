package skypost.aws;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.DomainKeysJson;
import skypost.mail.signing.SigningKeys;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Signing keys in the directory table: one item of a domain has all of its pairs, so that one
 * becomes active and another retires in the same write.
 */
public final class DynamoSigningKeys implements SigningKeys {
  private static final String PARTITION = "@signing";
  private static final String PAIRS = "pairs";

  private final DirectoryTable table;
  private final SteppedItems items;

  /**
   * @param name of the directory table
   */
  public DynamoSigningKeys(DynamoDbClient dynamo, String name) {
    this.table = new DirectoryTable(dynamo, name);
    this.items = new SteppedItems(dynamo, name);
  }

  @Override
  public DomainKeys of(String domain) throws IOException {
    Optional<Map<String, AttributeValue>> item = table.getNow(key(domain));
    return item.isEmpty()
        ? DomainKeys.none(domain)
        : new DomainKeys(
            domain,
            SteppedItems.step(item.get()),
            DomainKeysJson.read(Items.text(item.get(), PAIRS)));
  }

  @Override
  public boolean replace(DomainKeys next) throws IOException {
    Map<String, AttributeValue> item = Items.item(PARTITION, next.domain());
    item.put(PAIRS, Items.s(DomainKeysJson.string(next.pairs())));
    return next.version() == 1
        ? items.create(item, next.version())
        : items.replace(item, next.version() - 1, next.version());
  }

  @Override
  public void forget(String domain) throws IOException {
    table.delete(key(domain));
  }

  private static Map<String, AttributeValue> key(String domain) {
    return Items.key(PARTITION, domain);
  }
}
