package skypost.aws;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Credentials;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Password hashes in a table of their own, so that a policy can keep everyone else away from it.
 */
public final class DynamoCredentials implements Credentials {
  private static final String HASH = "secret";

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the credentials table
   */
  public DynamoCredentials(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public Optional<String> hash(EmailAddress user) throws IOException {
    // Consistent: a changed password counts from the next login on.
    Map<String, AttributeValue> item =
        Calls.call(() ->
            dynamo.getItem(get -> get.tableName(table).key(key(user)).consistentRead(true)).item());
    return Items.optionalText(item, HASH);
  }

  @Override
  public void put(EmailAddress user, String hash) throws IOException {
    Map<String, AttributeValue> item =
        Map.of(Items.PK, Items.s(user.toString()), HASH, Items.s(hash));
    Calls.call(() -> dynamo.putItem(put -> put.tableName(table).item(item)));
  }

  @Override
  public void delete(EmailAddress user) throws IOException {
    Calls.call(() -> dynamo.deleteItem(delete -> delete.tableName(table).key(key(user))));
  }

  private static Map<String, AttributeValue> key(EmailAddress user) {
    return Map.of(Items.PK, Items.s(user.toString()));
  }
}
