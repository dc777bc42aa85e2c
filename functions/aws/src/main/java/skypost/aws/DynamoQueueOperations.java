package skypost.aws;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.OperationJson;
import skypost.mail.queue.QueueOperation;
import skypost.mail.queue.QueueOperations;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Operations in the messages table ({@code pk = operation#<id>}), carried on by SendFunction, which
 * the queue that wakes it for entries wakes for them too. They expire.
 */
public final class DynamoQueueOperations implements QueueOperations {
  private static final Duration KEPT = Duration.ofDays(7);
  private static final String PREFIX = "operation#";
  private static final String SORT_KEY = "operation";
  private static final String OPERATION = "operation";
  private static final String GROUP = "operations"; // no destination: it has no dot

  private final DynamoDbClient dynamo;
  private final String table;
  private final SteppedItems items;
  private final SqsClient sqs;
  private final String queueUrl;

  /**
   * @param table the messages table
   * @param queueUrl of the outbound queue
   */
  public DynamoQueueOperations(
      DynamoDbClient dynamo, String table, SqsClient sqs, String queueUrl) {
    this.dynamo = dynamo;
    this.table = table;
    this.items = new SteppedItems(dynamo, table);
    this.sqs = sqs;
    this.queueUrl = queueUrl;
  }

  @Override
  public void begin(QueueOperation operation) throws IOException {
    items.put(item(operation), operation.progress().step());
    wake(operation.id());
  }

  @Override
  public Optional<QueueOperation> find(OperationId id) throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() ->
            dynamo
                .getItem(get ->
                    get.tableName(table).key(Items.key(PREFIX + id, SORT_KEY)).consistentRead(true))
                .item());
    return item.isEmpty()
        ? Optional.empty()
        : Optional.of(OperationJson.read(id, Items.text(item, OPERATION)));
  }

  @Override
  public boolean replace(QueueOperation seen, QueueOperation wanted) throws IOException {
    return items.replace(item(wanted), seen.progress().step(), wanted.progress().step());
  }

  @Override
  public void wake(OperationId id) throws IOException {
    String body = Fields.string(Map.of(OPERATION, id.toString()));
    Calls.call(() ->
        sqs.sendMessage(send -> send.queueUrl(queueUrl).messageBody(body).messageGroupId(GROUP)));
  }

  private static Map<String, AttributeValue> item(QueueOperation operation) throws IOException {
    Map<String, AttributeValue> item = Items.item(PREFIX + operation.id(), SORT_KEY);
    item.put(OPERATION, Items.s(OperationJson.write(operation)));
    item.put(Items.EXPIRES, Items.n(operation.createdAt().plus(KEPT).getEpochSecond()));
    return item;
  }
}
