package skypost.local;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;

/**
 * What the functions ask of AWS, as IAM names it: which of them, which action, of which resource.
 * The SDK finds it by its global interceptor file; a thread that a function starts belongs to it.
 */
public final class RequestedActions implements ExecutionInterceptor {
  private static final InheritableThreadLocal<String> FUNCTION = new InheritableThreadLocal<>();
  private static final Set<Request> REQUESTS = ConcurrentHashMap.newKeySet();
  private static final Pattern PARTITION = Pattern.compile("^\\s*\\S+\\s*=\\s*(:\\w+)");

  /** What multipart uploads are permitted by (Amazon S3 User Guide, "Multipart upload"). */
  private static final Map<String, String> S3_ACTIONS =
      Map.of(
          "HeadObject", "GetObject",
          "CreateMultipartUpload", "PutObject",
          "UploadPart", "PutObject",
          "CompleteMultipartUpload", "PutObject",
          "DeleteObjects", "DeleteObject",
          "ListObjectsV2", "ListBucket",
          "ListParts", "ListMultipartUploadParts");

  /**
   * A request.
   *
   * @param function whose
   * @param action such as {@code dynamodb:GetItem}
   * @param resource table, {@code table/index/name}, {@code bucket/key}, bucket, or a queue's URL
   * @param keys partition keys of DynamoDB items, where they can be told
   */
  record Request(String function, String action, String resource, Set<String> keys) {}

  /** What is asked for from now on is this function's, until the thread ends. */
  static void belongTo(String function) {
    FUNCTION.set(function);
  }

  static void reset() {
    REQUESTS.clear();
  }

  static Set<Request> all() {
    return Set.copyOf(REQUESTS);
  }

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    String function = FUNCTION.get();
    if (function != null) {
      record(function, context.request());
    }
  }

  private static void record(String function, SdkRequest request) {
    String service = request.getClass().getPackageName().replaceAll(".*services\\.|\\.model", "");
    String name = request.getClass().getSimpleName().replaceAll("Request$", "");
    switch (service) {
      case "dynamodb" -> items(function, name, request);
      case "s3" -> objects(function, S3_ACTIONS.getOrDefault(name, name), request);
      case "sqs" ->
          add(function, "sqs:" + name.replaceAll("Batch$", ""), text(request, "QueueUrl"));
      default -> add(function, service + ":" + name, "");
    }
  }

  private static void objects(String function, String action, SdkRequest request) {
    String bucket = text(request, "Bucket");
    if (request instanceof DeleteObjectsRequest many) {
      many.delete()
          .objects()
          .forEach(object -> add(function, "s3:" + action, bucket + "/" + object.key()));
      return;
    }
    boolean isWhole = action.equals("ListBucket");
    add(function, "s3:" + action, isWhole ? bucket : bucket + "/" + text(request, "Key"));
  }

  private static void add(String function, String action, String resource) {
    REQUESTS.add(new Request(function, action, resource, Set.of()));
  }

  private static void items(String function, String name, SdkRequest request) {
    switch (request) {
      case TransactWriteItemsRequest transaction ->
          transaction.transactItems().forEach(item -> item(function, item));
      case BatchGetItemRequest batch ->
          batch
              .requestItems()
              .forEach((table, asked) -> add(function, "dynamodb:" + name, table, asked.keys()));
      case BatchWriteItemRequest batch ->
          batch
              .requestItems()
              .forEach((table, writes) ->
                  add(
                      function,
                      "dynamodb:" + name,
                      table,
                      writes.stream().map(RequestedActions::key).toList()));
      default -> {
        String table = text(request, "TableName");
        String index = text(request, "IndexName");
        add(
            function,
            "dynamodb:" + name,
            index.isEmpty() ? table : table + "/index/" + index,
            index.isEmpty() ? keys(request) : List.of());
      }
    }
  }

  /** A transaction needs the permissions of what it does. */
  private static void item(String function, TransactWriteItem item) {
    if (item.put() != null) {
      add(function, "dynamodb:PutItem", item.put().tableName(), List.of(item.put().item()));
    }
    if (item.update() != null) {
      add(function, "dynamodb:UpdateItem", item.update().tableName(), List.of(item.update().key()));
    }
    if (item.delete() != null) {
      add(function, "dynamodb:DeleteItem", item.delete().tableName(), List.of(item.delete().key()));
    }
    if (item.conditionCheck() != null) {
      add(
          function,
          "dynamodb:ConditionCheckItem",
          item.conditionCheck().tableName(),
          List.of(item.conditionCheck().key()));
    }
  }

  private static Map<String, AttributeValue> key(WriteRequest write) {
    return write.putRequest() != null ? write.putRequest().item() : write.deleteRequest().key();
  }

  @SuppressWarnings("unchecked") // as the SDK describes its fields
  private static List<Map<String, AttributeValue>> keys(SdkRequest request) {
    List<Map<String, AttributeValue>> keys = new ArrayList<>();
    request
        .getValueForField("Key", Map.class)
        .ifPresent(key -> keys.add((Map<String, AttributeValue>) key));
    request
        .getValueForField("Item", Map.class)
        .ifPresent(item -> keys.add((Map<String, AttributeValue>) item));
    Matcher partition = PARTITION.matcher(text(request, "KeyConditionExpression"));
    if (partition.find()) {
      request
          .getValueForField("ExpressionAttributeValues", Map.class)
          .map(values -> (AttributeValue) values.get(partition.group(1)))
          .ifPresent(value -> keys.add(Map.of("pk", value)));
    }
    return keys;
  }

  private static void add(
      String function,
      String action,
      String resource,
      Collection<Map<String, AttributeValue>> items) {
    Set<String> keys = new TreeSet<>();
    for (Map<String, AttributeValue> item : items) {
      if (item.containsKey("pk") && item.get("pk").s() != null) {
        keys.add(item.get("pk").s());
      }
    }
    REQUESTS.add(new Request(function, action, resource, keys));
  }

  private static String text(SdkRequest request, String field) {
    return request.getValueForField(field, String.class).orElse("");
  }
}
