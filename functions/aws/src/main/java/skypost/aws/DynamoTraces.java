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

/** Receipts in the messages table: {@code pk} the message id, {@code sk = receipt}. They expire. */
public final class DynamoTraces implements Traces {
  /** Longer than any queue entry of the message can wait. */
  private static final Duration KEPT = Duration.ofDays(45);

  private static final String SORT_KEY = "receipt";
  private static final String RECEIPT = "receipt";

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
    Map<String, AttributeValue> item = Items.item(receipt.id().value(), SORT_KEY);
    item.put(RECEIPT, Items.s(ReceiptJson.write(receipt)));
    item.put(Items.EXPIRES, Items.n(receipt.finishedAt().plus(KEPT).getEpochSecond()));
    try {
      Calls.call(() ->
          dynamo.putItem(put ->
              put.tableName(table).item(item).conditionExpression("attribute_not_exists(pk)")));
    } catch (ConditionalCheckFailedException recorded) {
      return; // the first one tells what was done
    }
  }

  @Override
  public Optional<Receipt> receipt(MessageId id) throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() ->
            dynamo
                .getItem(get ->
                    get.tableName(table).key(Items.key(id.value(), SORT_KEY)).consistentRead(true))
                .item());
    return item.isEmpty()
        ? Optional.empty()
        : Optional.of(ReceiptJson.read(id, Items.text(item, RECEIPT)));
  }
}
