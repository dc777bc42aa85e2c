package skypost.aws;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import skypost.mail.message.MessageId;
import skypost.mail.trace.ReceiptJson;
import skypost.mail.trace.Traces;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Receipts in the messages table: {@code pk} the message id, {@code sk = receipt}, and {@code
 * refusal} for what was never taken. They expire.
 */
public final class DynamoTraces implements Traces {
  /** Longer than any queue entry of the message can wait. */
  private static final Duration KEPT = Duration.ofDays(45);

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
