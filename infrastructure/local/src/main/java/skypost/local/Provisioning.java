package skypost.local;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexUpdate;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.Event;
import software.amazon.awssdk.services.s3.model.FilterRule;
import software.amazon.awssdk.services.s3.model.QueueConfiguration;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Creates what the functions work on where it is not there yet: what template.yaml does in the
 * cloud. It goes through the SDK, so that it works on the embedded endpoints and on outside ones
 * alike.
 */
final class Provisioning {
  private final S3Client s3;
  private final SqsClient sqs;
  private final DynamoDbClient dynamoDb;

  Provisioning(S3Client s3, SqsClient sqs, DynamoDbClient dynamoDb) {
    this.s3 = s3;
    this.sqs = sqs;
    this.dynamoDb = dynamoDb;
  }

  /** Creates the bucket; it need not be new. */
  void bucket() {
    try {
      s3.createBucket(request -> request.bucket(Resources.BUCKET));
    } catch (BucketAlreadyOwnedByYouException | BucketAlreadyExistsException fine) {
      return;
    }
  }

  /**
   * Has an outside S3 put its events into the incoming queue; the embedded one has a listener
   * instead.
   */
  void bucketEvents(Resources.Queue incoming) {
    String policy =
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},
        "Action":"sqs:SendMessage","Resource":"%s","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:s3:::%s"}}}]}\
        """
            .formatted(incoming.arn(), Resources.BUCKET);
    sqs.setQueueAttributes(request ->
        request.queueUrl(incoming.url()).attributes(Map.of(QueueAttributeName.POLICY, policy)));
    // The SDK's enum says "Prefix", which not every endpoint takes; the API reference says
    // "prefix".
    var rule = FilterRule.builder().name("prefix").value(Resources.INCOMING_PREFIX).build();
    var toQueue =
        QueueConfiguration.builder()
            .queueArn(incoming.arn())
            .events(Event.S3_OBJECT_CREATED)
            .filter(filter -> filter.key(key -> key.filterRules(rule)))
            .build();
    s3.putBucketNotificationConfiguration(request ->
        request
            .bucket(Resources.BUCKET)
            .notificationConfiguration(all -> all.queueConfigurations(toQueue)));
  }

  /** Creates the queues, each with its dead-letter queue; they need not be new. */
  Resources queues() {
    Map<String, Resources.Queue> queues = new HashMap<>();
    queues.putAll(queueWithDeadLetters(Resources.INCOMING, Resources.RECEIVE_TIMEOUT));
    queues.putAll(queueWithDeadLetters(Resources.OUTBOUND, Resources.SEND_TIMEOUT));
    queues.putAll(queueWithDeadLetters(Resources.TRANSFERS, Resources.TRANSFER_TIMEOUT));
    return new Resources(Map.copyOf(queues));
  }

  private Map<String, Resources.Queue> queueWithDeadLetters(String name, Duration visibility) {
    String retention = Long.toString(Resources.RETENTION.toSeconds());
    Resources.Queue dead =
        queue(
            Resources.deadLettersOf(name),
            Map.of(QueueAttributeName.MESSAGE_RETENTION_PERIOD, retention));
    String redrive =
        "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":%d}"
            .formatted(dead.arn(), Resources.MAX_RECEIVE_COUNT);
    Resources.Queue live =
        queue(
            name,
            Map.of(
                QueueAttributeName.MESSAGE_RETENTION_PERIOD, retention,
                QueueAttributeName.VISIBILITY_TIMEOUT, Long.toString(visibility.toSeconds()),
                QueueAttributeName.REDRIVE_POLICY, redrive));
    return Map.of(name, live, Resources.deadLettersOf(name), dead);
  }

  private Resources.Queue queue(String name, Map<QueueAttributeName, String> attributes) {
    // Without attributes CreateQueue also answers for a queue that has other attributes than these.
    String url = sqs.createQueue(request -> request.queueName(name)).queueUrl();
    sqs.setQueueAttributes(request -> request.queueUrl(url).attributes(attributes));
    var arn = QueueAttributeName.QUEUE_ARN;
    return new Resources.Queue(
        url,
        sqs.getQueueAttributes(request -> request.queueUrl(url).attributeNames(arn))
            .attributes()
            .get(arn));
  }

  /** Creates the tables; they need not be new. */
  void tables() {
    List<String> existing = dynamoDb.listTablesPaginator().tableNames().stream().toList();
    Stream.of(
            table(Resources.DIRECTORY, "pk", "sk"),
            table(Resources.CREDENTIALS, "pk"),
            table(Resources.MAILBOXES, "pk", "sk"),
            messages())
        .filter(table -> !existing.contains(table.tableName()))
        .forEach(this::create);
    if (existing.contains(Resources.MESSAGES)) {
      addMissingIndexes();
    }
    Resources.EXPIRING.forEach(this::expire);
  }

  /** A table may be from before an index; one is added in a request, as CloudFormation does. */
  private void addMissingIndexes() {
    Set<String> present = new HashSet<>();
    dynamoDb
        .describeTable(request -> request.tableName(Resources.MESSAGES))
        .table()
        .globalSecondaryIndexes()
        .forEach(index -> present.add(index.indexName()));
    CreateTableRequest wanted = messages();
    for (GlobalSecondaryIndex index : wanted.globalSecondaryIndexes()) {
      if (!present.contains(index.indexName())) {
        var create =
            CreateGlobalSecondaryIndexAction.builder()
                .indexName(index.indexName())
                .keySchema(index.keySchema())
                .projection(index.projection())
                .build();
        var update = GlobalSecondaryIndexUpdate.builder().create(create).build();
        dynamoDb.updateTable(request ->
            request
                .tableName(Resources.MESSAGES)
                .attributeDefinitions(wanted.attributeDefinitions())
                .globalSecondaryIndexUpdates(update));
      }
    }
  }

  private void create(CreateTableRequest table) {
    try {
      dynamoDb.createTable(table);
    } catch (ResourceInUseException createdMeanwhile) {
      return;
    }
    dynamoDb.waiter().waitUntilTableExists(request -> request.tableName(table.tableName()));
  }

  private void expire(String table) {
    TimeToLiveStatus status =
        dynamoDb
            .describeTimeToLive(request -> request.tableName(table))
            .timeToLiveDescription()
            .timeToLiveStatus();
    if (status != TimeToLiveStatus.ENABLED && status != TimeToLiveStatus.ENABLING) {
      dynamoDb.updateTimeToLive(request ->
          request
              .tableName(table)
              .timeToLiveSpecification(ttl -> ttl.enabled(true).attributeName(Resources.EXPIRES)));
    }
  }

  private static CreateTableRequest table(String name, String... keys) {
    return CreateTableRequest.builder()
        .tableName(name)
        .billingMode(BillingMode.PAY_PER_REQUEST)
        .attributeDefinitions(strings(keys))
        .keySchema(schema(keys))
        .build();
  }

  private static CreateTableRequest messages() {
    var waiting =
        GlobalSecondaryIndex.builder()
            .indexName("waiting")
            .keySchema(schema("queued", "due"))
            .projection(projection -> projection.projectionType(ProjectionType.ALL))
            .build();
    var destination =
        GlobalSecondaryIndex.builder()
            .indexName("destination")
            .keySchema(schema("destination", "pk"))
            .projection(projection -> projection.projectionType(ProjectionType.KEYS_ONLY))
            .build();
    return table(Resources.MESSAGES, "pk", "sk").toBuilder()
        .attributeDefinitions(strings("pk", "sk", "queued", "due", "destination"))
        .globalSecondaryIndexes(waiting, destination)
        .build();
  }

  private static List<AttributeDefinition> strings(String... names) {
    return Arrays.stream(names)
        .map(name ->
            AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(ScalarAttributeType.S)
                .build())
        .toList();
  }

  private static List<KeySchemaElement> schema(String... keys) {
    return Stream.iterate(0, index -> index < keys.length, index -> index + 1)
        .map(index ->
            KeySchemaElement.builder()
                .attributeName(keys[index])
                .keyType(index == 0 ? KeyType.HASH : KeyType.RANGE)
                .build())
        .toList();
  }
}
