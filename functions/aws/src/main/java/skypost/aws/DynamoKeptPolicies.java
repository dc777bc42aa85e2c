package skypost.aws;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import skypost.mail.tlspolicy.KeptPolicies;
import skypost.mail.tlspolicy.KeptPolicy;
import skypost.mail.tlspolicy.StsPolicy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Policies as items of the messages table, with partition keys that no message id can be. Time to
 * live clears them away.
 */
public final class DynamoKeptPolicies implements KeptPolicies {
  private static final String PREFIX = "@mta-sts#"; // SendFunction's policy names it too
  private static final String SK = "policy";
  private static final String ID = "id";
  private static final String FILE = "file";
  private static final String FETCHED = "fetched"; // in seconds since the epoch

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the messages table
   */
  public DynamoKeptPolicies(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public Optional<KeptPolicy> find(String domain, Instant now) throws IOException {
    var key = Items.key(PREFIX + domain, SK);
    Map<String, AttributeValue> item =
        Calls.call(() -> dynamo.getItem(get -> get.tableName(table).key(key)).item());
    if (item.isEmpty()) {
      return Optional.empty();
    }
    return StsPolicy.parse(Items.text(item, FILE))
        .map(policy ->
            new KeptPolicy(
                Items.text(item, ID), policy, Instant.ofEpochSecond(Items.number(item, FETCHED))))
        .filter(kept -> now.isBefore(kept.expires()));
  }

  @Override
  public void keep(String domain, KeptPolicy kept) throws IOException {
    Map<String, AttributeValue> item = Items.item(PREFIX + domain, SK);
    item.put(ID, Items.s(kept.id()));
    item.put(FILE, Items.s(kept.policy().file()));
    item.put(FETCHED, Items.n(kept.fetched().getEpochSecond()));
    item.put(Items.EXPIRES, Items.n(kept.expires().getEpochSecond()));
    Calls.call(() -> dynamo.putItem(put -> put.tableName(table).item(item)));
  }
}
