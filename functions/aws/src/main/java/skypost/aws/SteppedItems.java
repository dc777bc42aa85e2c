package skypost.aws;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * Items of work that several invocations may carry on, each change of which rests on the step that
 * was seen before. Of several that rest on one step, one is written.
 */
record SteppedItems(DynamoDbClient dynamo, String table) {
  private static final String STEP = "step";
  private static final String WRITE = "write"; // tells one write from another

  /** Makes or overwrites an item. */
  void put(Map<String, AttributeValue> item, long step) throws IOException {
    Map<String, AttributeValue> whole = whole(item, step);
    Calls.call(() -> dynamo.putItem(put -> put.tableName(table).item(whole)));
  }

  /** The step that an item is at. */
  static long step(Map<String, AttributeValue> item) {
    return Items.number(item, STEP);
  }

  /**
   * Makes an item.
   *
   * @return false, and nothing was changed, when there is one
   */
  boolean create(Map<String, AttributeValue> item, long step) throws IOException {
    return write(item, step, put -> put.conditionExpression("attribute_not_exists(pk)"));
  }

  /**
   * Replaces an item.
   *
   * @param seen the step it is known to be at
   * @param step the one it is at then
   * @return false, and nothing was changed, when it is at another step by now
   */
  boolean replace(Map<String, AttributeValue> item, long seen, long step) throws IOException {
    return write(
        item,
        step,
        put ->
            put.conditionExpression("#step = :seen")
                .expressionAttributeNames(Map.of("#step", STEP))
                .expressionAttributeValues(Map.of(":seen", Items.n(seen))));
  }

  /**
   * A write of our own whose answer was lost, and which the SDK has sent again, is known by its
   * name: it was made.
   */
  private boolean write(
      Map<String, AttributeValue> item, long step, Consumer<PutItemRequest.Builder> condition)
      throws IOException {
    Map<String, AttributeValue> whole = whole(item, step);
    try {
      Calls.call(() ->
          dynamo.putItem(put ->
              put.tableName(table)
                  .item(whole)
                  .applyMutation(condition)
                  .returnValuesOnConditionCheckFailure(
                      ReturnValuesOnConditionCheckFailure.ALL_OLD)));
      return true;
    } catch (ConditionalCheckFailedException changed) {
      return changed.hasItem() && whole.get(WRITE).equals(changed.item().get(WRITE));
    }
  }

  private static Map<String, AttributeValue> whole(Map<String, AttributeValue> item, long step) {
    Map<String, AttributeValue> whole = new HashMap<>(item);
    whole.put(STEP, Items.n(step));
    whole.put(WRITE, Items.s(Items.mark()));
    return whole;
  }
}
