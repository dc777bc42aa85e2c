package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.aws.DynamoOutboundQueue;
import skypost.local.s3.AccessKey;
import skypost.local.sqs.EmbeddedSqs;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

class ProvisioningTest {
  private static final AccessKey KEY = new AccessKey("provisioning", "provisioning-secret");

  @TempDir private Path folder;

  /** A data folder outlives the program that made it. */
  @Test
  void aTableFromBeforeAnIndexGetsIt() throws Exception {
    try (var clients = new AwsClients(KEY);
        var endpoint =
            EmbeddedDynamoDb.start(
                DynoxideBinary.find(
                    Optional.empty(),
                    DynoxideBinary.userCache(System.getenv()),
                    System.err::println),
                folder.resolve("dynamodb"),
                0);
        var sqs = EmbeddedSqs.start(folder.resolve("sqs"), 0, Resources.REGION)) {
      var dynamo = clients.dynamoDb(endpoint.endpoint());
      dynamo.createTable(table ->
          table
              .tableName(Resources.MESSAGES)
              .billingMode(BillingMode.PAY_PER_REQUEST)
              .attributeDefinitions(string("pk"), string("sk"))
              .keySchema(key("pk", KeyType.HASH), key("sk", KeyType.RANGE)));
      var provisioning = new Provisioning(null, clients.sqs(sqs.endpoint()), dynamo);

      provisioning.tables();
      provisioning.tables();

      var queue =
          new DynamoOutboundQueue(
              dynamo,
              Resources.MESSAGES,
              clients.sqs(sqs.endpoint()),
              provisioning.queues().outbound().url(),
              Clock.systemUTC());
      assertThat(queue.waitingFor("far.example", 5, Optional.empty())).isEmpty();
      assertThat(queue.waiting(5, Optional.empty()).items()).isEmpty();
    }
  }

  private static AttributeDefinition string(String name) {
    return AttributeDefinition.builder()
        .attributeName(name)
        .attributeType(ScalarAttributeType.S)
        .build();
  }

  private static KeySchemaElement key(String name, KeyType type) {
    return KeySchemaElement.builder().attributeName(name).keyType(type).build();
  }
}
