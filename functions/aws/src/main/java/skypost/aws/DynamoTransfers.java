package skypost.aws;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.mail.transfer.Transfer;
import skypost.mail.transfer.TransferId;
import skypost.mail.transfer.TransferJson;
import skypost.mail.transfer.TransferKey;
import skypost.mail.transfer.Transfers;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Transfers in the messages table ({@code pk = transfer#<user>, sk = <id>}), and the queue that
 * wakes TransferFunction. They expire, some days after the objects that they are about.
 */
public final class DynamoTransfers implements Transfers {
  private static final Duration KEPT = Duration.ofDays(14);
  private static final String PREFIX = "transfer#";
  private static final String TRANSFER = "transfer";
  private static final String USER = "user";

  private final DynamoDbClient dynamo;
  private final String table;
  private final SteppedItems items;
  private final SqsClient sqs;
  private final String queueUrl;

  /**
   * @param table the messages table
   * @param queueUrl of the queue that wakes TransferFunction
   */
  public DynamoTransfers(DynamoDbClient dynamo, String table, SqsClient sqs, String queueUrl) {
    this.dynamo = dynamo;
    this.table = table;
    this.items = new SteppedItems(dynamo, table);
    this.sqs = sqs;
    this.queueUrl = queueUrl;
  }

  @Override
  public void begin(Transfer transfer) throws IOException {
    items.put(item(transfer), transfer.status().step());
  }

  @Override
  public Optional<Transfer> find(TransferKey key) throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() ->
            dynamo.getItem(get -> get.tableName(table).key(key(key)).consistentRead(true)).item());
    return item.isEmpty()
        ? Optional.empty()
        : Optional.of(TransferJson.read(key, Items.text(item, TRANSFER)));
  }

  @Override
  public boolean replace(Transfer seen, Transfer wanted) throws IOException {
    return items.replace(item(wanted), seen.status().step(), wanted.status().step());
  }

  @Override
  public void remove(TransferKey key) throws IOException {
    Calls.call(() -> dynamo.deleteItem(delete -> delete.tableName(table).key(key(key))));
  }

  @Override
  public void wake(TransferKey key) throws IOException {
    String body = Fields.string(Map.of(TRANSFER, key.id().toString(), USER, key.user().toString()));
    Calls.call(() -> sqs.sendMessage(send -> send.queueUrl(queueUrl).messageBody(body)));
  }

  /** Reads the body of a wake. */
  public static TransferKey woken(String body) throws IOException {
    Fields wake = Fields.read(body);
    String id = wake.text(TRANSFER);
    EmailAddress user = wake.address(USER);
    return new TransferKey(
        user, TransferId.parse(id).orElseThrow(() -> new IOException("no transfer: " + id)));
  }

  private static Map<String, AttributeValue> key(TransferKey key) {
    return Items.key(PREFIX + key.user(), key.id().toString());
  }

  private static Map<String, AttributeValue> item(Transfer transfer) throws IOException {
    Map<String, AttributeValue> item =
        Items.item(PREFIX + transfer.key().user(), transfer.key().id().toString());
    item.put(TRANSFER, Items.s(TransferJson.write(transfer)));
    item.put(Items.EXPIRES, Items.n(transfer.createdAt().plus(KEPT).getEpochSecond()));
    return item;
  }
}
