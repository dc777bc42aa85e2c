package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.local.s3.AccessKey;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

class EmbeddedDynamoDbTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");

  @TempDir Path folder;
  private final AwsClients clients = new AwsClients(new AccessKey("id", "secret"));
  private EmbeddedDynamoDb endpoint;
  private DynamoDbClient dynamo;

  @BeforeEach
  void start() throws Exception {
    Path program =
        DynoxideBinary.find(
            Optional.empty(), DynoxideBinary.userCache(System.getenv()), System.err::println);
    endpoint = EmbeddedDynamoDb.start(program, folder, 0);
    dynamo = clients.dynamoDb(endpoint.endpoint());
    new Provisioning(null, null, dynamo).tables();
  }

  @AfterEach
  void stop() throws Exception {
    endpoint.close();
    clients.close();
  }

  @Test
  void tablesAndItemsAreThereAfterTheProgramWasKilled() throws Exception {
    put("m", "1", Map.of());
    ProcessHandle.of(endpoint.process().pid()).orElseThrow().destroyForcibly();
    endpoint.process().onExit().join();
    endpoint.close();
    start();

    assertThat(dynamo.listTables().tableNames())
        .containsExactlyInAnyOrder(
            Resources.DIRECTORY, Resources.CREDENTIALS, Resources.MAILBOXES, Resources.MESSAGES);
    assertThat(get("m", "1")).isNotEmpty();
    assertThat(
            dynamo
                .describeTimeToLive(r -> r.tableName(Resources.MESSAGES))
                .timeToLiveDescription()
                .timeToLiveStatus())
        .isEqualTo(TimeToLiveStatus.ENABLED);
  }

  @Test
  void aFailedConditionTellsTheItem() {
    put("m", "1", Map.of("n", AttributeValue.fromN("5")));
    assertThatThrownBy(() ->
            dynamo.updateItem(r ->
                r.tableName(Resources.MESSAGES)
                    .key(key("m", "1"))
                    .updateExpression("SET n = n + :one")
                    .conditionExpression("n < :most")
                    .expressionAttributeValues(
                        Map.of(
                            ":one", AttributeValue.fromN("1"), ":most", AttributeValue.fromN("5")))
                    .returnValuesOnConditionCheckFailure(
                        ReturnValuesOnConditionCheckFailure.ALL_OLD)))
        .isInstanceOfSatisfying(
            ConditionalCheckFailedException.class,
            failed -> assertThat(failed.item()).containsEntry("n", AttributeValue.fromN("5")));
  }

  @Test
  void aTransactionHappensWholeOrNotAtAll() {
    put("m", "there", Map.of());
    TransactWriteItem first =
        TransactWriteItem.builder()
            .put(p -> p.tableName(Resources.MESSAGES).item(key("m", "new")))
            .build();
    TransactWriteItem second =
        TransactWriteItem.builder()
            .put(p ->
                p.tableName(Resources.MESSAGES)
                    .item(key("m", "there"))
                    .conditionExpression("attribute_not_exists(pk)"))
            .build();
    assertThatThrownBy(() -> dynamo.transactWriteItems(r -> r.transactItems(first, second)))
        .isInstanceOfSatisfying(
            TransactionCanceledException.class,
            cancelled ->
                assertThat(cancelled.cancellationReasons())
                    .extracting(CancellationReason::code)
                    .containsExactly("None", "ConditionalCheckFailed"));
    assertThat(get("m", "new")).isEmpty();
  }

  @Test
  void onlyExpiredItemsAreSwept() {
    long now = NOW.getEpochSecond();
    put("m", "expired", Map.of(Resources.EXPIRES, AttributeValue.fromN(Long.toString(now - 1))));
    put("m", "alive", Map.of(Resources.EXPIRES, AttributeValue.fromN(Long.toString(now + 1))));
    put("m", "for ever", Map.of());

    try (var sweeper =
        new TimeToLiveSweeper(dynamo, Resources.MESSAGES, Clock.fixed(NOW, ZoneOffset.UTC))) {
      assertThat(sweeper.sweep()).isEqualTo(1);
    }
    assertThat(get("m", "expired")).isEmpty();
    assertThat(get("m", "alive")).isNotEmpty();
    assertThat(get("m", "for ever")).isNotEmpty();
  }

  private void put(String pk, String sk, Map<String, AttributeValue> more) {
    Map<String, AttributeValue> item = new java.util.HashMap<>(key(pk, sk));
    item.putAll(more);
    dynamo.putItem(r -> r.tableName(Resources.MESSAGES).item(item));
  }

  private Map<String, AttributeValue> get(String pk, String sk) {
    return dynamo.getItem(r -> r.tableName(Resources.MESSAGES).key(key(pk, sk))).item();
  }

  private static Map<String, AttributeValue> key(String pk, String sk) {
    return Map.of("pk", AttributeValue.fromS(pk), "sk", AttributeValue.fromS(sk));
  }
}
