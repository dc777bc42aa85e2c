package skypost.aws;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import skypost.mail.message.MessageId;
import skypost.mail.receive.SweepMark;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The sweeper's mark, an item of the messages table whose partition key no message id can be. */
public final class DynamoSweepMark implements SweepMark {
  private static final Map<String, AttributeValue> KEY = Items.key("@sweep", "mark");
  private static final String MARK = "mark";

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the messages table
   */
  public DynamoSweepMark(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public Optional<MessageId> read() throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() -> dynamo.getItem(get -> get.tableName(table).key(KEY)).item());
    return Items.optionalText(item, MARK).flatMap(MessageId::parse);
  }

  @Override
  public void write(MessageId mark) throws IOException {
    Map<String, AttributeValue> item = new java.util.HashMap<>(KEY);
    item.put(MARK, Items.s(mark.value()));
    Calls.call(() -> dynamo.putItem(put -> put.tableName(table).item(item)));
  }
}
