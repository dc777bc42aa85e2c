package skypost.aws;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.message.MessageId;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Holders of shared bodies, an item each in the mailboxes table: {@code pk = body#<id>}, which no
 * address can be, {@code sk} the holder. Of two holders that let go at once at least the later sees
 * that nobody is left, since both look only after their own item is gone.
 */
public final class DynamoBodyHolders implements BodyHolders {
  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the mailboxes table
   */
  public DynamoBodyHolders(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public void hold(MessageId id, Collection<String> holders) throws IOException {
    for (String holder : holders) {
      Calls.call(
          () -> dynamo.putItem(put -> put.tableName(table).item(Items.key(partition(id), holder))));
    }
  }

  @Override
  public boolean release(MessageId id, String holder) throws IOException {
    Calls.call(() ->
        dynamo.deleteItem(delete -> delete.tableName(table).key(Items.key(partition(id), holder))));
    return Calls.call(() ->
            dynamo.query(query ->
                query
                    .tableName(table)
                    .keyConditionExpression("pk = :body")
                    .expressionAttributeValues(Map.of(":body", Items.s(partition(id))))
                    .consistentRead(true)
                    .limit(1)))
        .items()
        .isEmpty();
  }

  private static String partition(MessageId id) {
    return "body#" + id;
  }
}
