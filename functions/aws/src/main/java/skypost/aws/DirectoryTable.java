package skypost.aws;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import skypost.mail.directory.Page;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * The directory table. Domains: {@code pk = @domains}, {@code sk} the name. Accounts: {@code pk}
 * the domain, {@code sk} the local part. Relay settings: {@code pk = @relay}. Recipients of a relay
 * domain: {@code pk = @recipients#} and the domain, {@code sk} the local part; what its primary
 * said of them: {@code pk = @probed#} and the domain. A user's filter: {@code pk = @filter#} and
 * the domain, {@code sk} the local part. Signing keys: {@code pk = @signing}, {@code sk} the
 * domain. No domain begins with an at sign.
 */
record DirectoryTable(DynamoDbClient dynamo, String table) {

  /** Reads an item for half a read unit (up to 4 KB), perhaps as it was a moment ago. */
  Optional<Map<String, AttributeValue>> get(Map<String, AttributeValue> key) throws IOException {
    return read(key, false);
  }

  /** Reads an item as it is, for one read unit. */
  Optional<Map<String, AttributeValue>> getNow(Map<String, AttributeValue> key) throws IOException {
    return read(key, true);
  }

  /**
   * Reads an item, and looks again where it seems not to be there, so that what was made is found
   * at once. A hit costs half a read unit; a miss one and a half: an unknown recipient, and each
   * domain of another server that a message goes to, which is about a quarter of a dollar for a
   * million messages.
   */
  Optional<Map<String, AttributeValue>> find(Map<String, AttributeValue> key) throws IOException {
    Optional<Map<String, AttributeValue>> item = get(key);
    return item.isPresent() ? item : getNow(key);
  }

  private Optional<Map<String, AttributeValue>> read(
      Map<String, AttributeValue> key, boolean consistently) throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() ->
            dynamo
                .getItem(get -> get.tableName(table).key(key).consistentRead(consistently))
                .item());
    return item.isEmpty() ? Optional.empty() : Optional.of(item);
  }

  void put(Map<String, AttributeValue> item) throws IOException {
    Calls.call(() -> dynamo.putItem(put -> put.tableName(table).item(item)));
  }

  /** Deletes an item; false when there was none. */
  boolean delete(Map<String, AttributeValue> key) throws IOException {
    return Calls.call(() ->
            dynamo.deleteItem(
                delete -> delete.tableName(table).key(key).returnValues(ReturnValue.ALL_OLD)))
        .hasAttributes();
  }

  /** Writes many items, no two with one key; each costs what it costs alone. */
  void write(List<WriteRequest> writes) throws IOException {
    BatchWrites.write(dynamo, table, writes);
  }

  /** Items of a partition in the order of their sort keys. */
  <T> Page<T> page(
      String partition,
      int limit,
      Optional<String> next,
      Function<Map<String, AttributeValue>, T> reader)
      throws IOException {
    QueryRequest.Builder query =
        QueryRequest.builder()
            .tableName(table)
            .keyConditionExpression("pk = :pk")
            .expressionAttributeValues(Map.of(":pk", Items.s(partition)))
            .limit(limit);
    next.ifPresent(sortKey -> query.exclusiveStartKey(Items.key(partition, sortKey)));
    QueryResponse response = Calls.call(() -> dynamo.query(query.build()));
    Optional<String> more =
        response.hasLastEvaluatedKey() && !response.lastEvaluatedKey().isEmpty()
            ? Optional.of(Items.text(response.lastEvaluatedKey(), Items.SK))
            : Optional.empty();
    return new Page<>(response.items().stream().map(reader).toList(), more);
  }
}
