package skypost.aws;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.message.MessageId;
import skypost.mail.trace.ReceiptJson;
import skypost.mail.trace.Traces;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;

/**
 * Receipts in the messages table: {@code pk} the message id, {@code sk = receipt}, and {@code
 * refusal} for what was never taken. They expire.
 */
public final class DynamoTraces implements Traces {
  /** Longer than any queue entry of the message can wait. */
  private static final Duration KEPT = Duration.ofDays(45);

  private static final int TRIES = 8;
  private static final String SORT_KEY = "receipt";
  private static final String RECEIPT = "receipt";
  private static final String REFUSAL = "refusal";

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the messages table
   */
  public DynamoTraces(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public void record(Receipt receipt) throws IOException {
    Map<String, AttributeValue> item = item(receipt, SORT_KEY);
    try {
      Calls.call(() ->
          dynamo.putItem(put ->
              put.tableName(table).item(item).conditionExpression("attribute_not_exists(pk)")));
    } catch (ConditionalCheckFailedException recorded) {
      return; // the first one tells what was done
    }
  }

  @Override
  public void recordRefusal(Receipt refusal) throws IOException {
    Map<String, AttributeValue> item = item(refusal, REFUSAL);
    Calls.call(() -> dynamo.putItem(put -> put.tableName(table).item(item)));
  }

  private static Map<String, AttributeValue> item(Receipt receipt, String sortKey)
      throws IOException {
    Map<String, AttributeValue> item = Items.item(receipt.id().value(), sortKey);
    item.put(RECEIPT, Items.s(ReceiptJson.write(receipt)));
    item.put(Items.EXPIRES, Items.n(receipt.finishedAt().plus(KEPT).getEpochSecond()));
    return item;
  }

  @Override
  public Optional<Receipt> receipt(MessageId id) throws IOException {
    return read(id, SORT_KEY);
  }

  /** Half a read unit each; of a receipt only its key comes back. */
  @Override
  public List<MessageId> withoutReceipt(List<MessageId> ids) throws IOException {
    if (ids.isEmpty()) {
      return ids; // which DynamoDB does not take
    }
    Set<String> found = new HashSet<>();
    KeysAndAttributes left =
        KeysAndAttributes.builder()
            .keys(ids.stream().map(id -> Items.key(id.value(), SORT_KEY)).toList())
            .projectionExpression(Items.PK)
            .build();
    for (int tries = 1; left != null; tries++) {
      Map<String, KeysAndAttributes> asked = Map.of(table, left);
      var answer = Calls.call(() -> dynamo.batchGetItem(get -> get.requestItems(asked)));
      answer.responses().getOrDefault(table, List.of()).stream()
          .map(item -> Items.text(item, Items.PK))
          .forEach(found::add);
      left = answer.unprocessedKeys().get(table);
      if (left != null) { // throttled
        if (tries == TRIES) {
          throw new IOException(left.keys().size() + " receipts could not be read");
        }
        Calls.pause(tries);
      }
    }
    return ids.stream().filter(id -> !found.contains(id.value())).toList();
  }

  @Override
  public Optional<Receipt> refusal(MessageId id) throws IOException {
    return read(id, REFUSAL);
  }

  private Optional<Receipt> read(MessageId id, String sortKey) throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() ->
            dynamo
                .getItem(get ->
                    get.tableName(table).key(Items.key(id.value(), sortKey)).consistentRead(true))
                .item());
    return item.isEmpty()
        ? Optional.empty()
        : Optional.of(ReceiptJson.read(id, Items.text(item, RECEIPT)));
  }
}
