package skypost.local.sqs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The actions of the SQS API: what a request asks of the store, with the limits of "Amazon SQS
 * quotas".
 */
final class SqsActions {
  private static final Pattern QUEUE_NAME = Pattern.compile("[A-Za-z0-9_-]{1,80}");
  private static final int MAX_BODY = 1024 * 1024;
  private static final int MAX_BATCH = 10;
  private static final int MAX_DELAY = 900;
  private static final int MAX_VISIBILITY = 43_200;
  private static final int MAX_WAIT = 20;

  private final SqsStore store;
  private final String region;
  private final String baseUrl;

  /**
   * @param baseUrl of the endpoint, without a slash at its end
   */
  SqsActions(SqsStore store, String region, String baseUrl) {
    this.store = store;
    this.region = region;
    this.baseUrl = baseUrl;
  }

  /** Does what is asked. @throws SqsError with what is wrong with the request */
  Map<String, Object> run(String action, Map<String, Object> request) throws IOException {
    var fields = new SqsRequest(request);
    return switch (action) {
      case "CreateQueue" -> createQueue(fields);
      case "GetQueueUrl" -> queueUrl(fields);
      case "ListQueues" -> listQueues(fields);
      case "DeleteQueue" -> deleteQueue(fields);
      case "PurgeQueue" -> purgeQueue(fields);
      case "GetQueueAttributes" -> getAttributes(fields);
      case "SetQueueAttributes" -> setAttributes(fields);
      case "SendMessage" -> send(fields.queue(), fields);
      case "SendMessageBatch" -> batch(fields, entry -> send(fields.queue(), entry));
      case "ReceiveMessage" -> receive(fields);
      case "DeleteMessage" -> delete(fields.queue(), fields);
      case "DeleteMessageBatch" -> batch(fields, entry -> delete(fields.queue(), entry));
      case "ChangeMessageVisibility" -> changeVisibility(fields.queue(), fields);
      case "ChangeMessageVisibilityBatch" ->
          batch(fields, entry -> changeVisibility(fields.queue(), entry));
      default -> throw SqsError.unsupported(action);
    };
  }

  private String url(String name) {
    return baseUrl + "/" + EmbeddedSqs.ACCOUNT + "/" + name;
  }

  private String arn(String name) {
    return "arn:aws:sqs:" + region + ":" + EmbeddedSqs.ACCOUNT + ":" + name;
  }

  private Map<String, Object> createQueue(SqsRequest request) throws IOException {
    String name = request.required("QueueName");
    if (!QUEUE_NAME.matcher(name).matches()) {
      throw SqsError.invalid(
          "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
    }
    store.create(name, checked(request.strings("Attributes")));
    return Map.of("QueueUrl", url(name));
  }

  private Map<String, Object> queueUrl(SqsRequest request) throws IOException {
    String name = request.required("QueueName");
    store.exists(name);
    return Map.of("QueueUrl", url(name));
  }

  private Map<String, Object> listQueues(SqsRequest request) throws IOException {
    String prefix = request.text("QueueNamePrefix", "");
    return Map.of(
        "QueueUrls",
        store.names().stream().filter(name -> name.startsWith(prefix)).map(this::url).toList());
  }

  private Map<String, Object> deleteQueue(SqsRequest request) throws IOException {
    store.delete(request.queue());
    return Map.of();
  }

  private Map<String, Object> purgeQueue(SqsRequest request) throws IOException {
    store.purge(request.queue());
    return Map.of();
  }

  private Map<String, Object> getAttributes(SqsRequest request) throws IOException {
    Map<String, String> attributes = store.attributes(request.queue());
    attributes.put("QueueArn", arn(request.queue()));
    List<String> wanted = request.list("AttributeNames");
    attributes.keySet().removeIf(name -> !wanted.contains("All") && !wanted.contains(name));
    return Map.of("Attributes", attributes);
  }

  private Map<String, Object> setAttributes(SqsRequest request) throws IOException {
    store.setAttributes(request.queue(), checked(request.strings("Attributes")));
    return Map.of();
  }

  private static Map<String, String> checked(Map<String, String> attributes) {
    Map<String, int[]> bounds =
        Map.of(
            "VisibilityTimeout", new int[] {0, MAX_VISIBILITY},
            "MessageRetentionPeriod", new int[] {60, 1_209_600},
            "DelaySeconds", new int[] {0, MAX_DELAY},
            "ReceiveMessageWaitTimeSeconds", new int[] {0, MAX_WAIT},
            "MaximumMessageSize", new int[] {1024, MAX_BODY});
    attributes.forEach((name, value) -> {
      if (bounds.containsKey(name)) {
        SqsRequest.within(name, value, bounds.get(name)[0], bounds.get(name)[1]);
      }
    });
    if (!attributes.getOrDefault("RedrivePolicy", "").isEmpty()) {
      StoredQueue.parse(attributes.get("RedrivePolicy"));
    }
    return attributes;
  }

  private Map<String, Object> send(String queue, SqsRequest request) throws IOException {
    String body = request.required("MessageBody");
    if (body.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_BODY) {
      throw SqsError.invalid(
          "One or more parameters are invalid. Reason: Message must be shorter than "
              + MAX_BODY
              + " bytes.");
    }
    Map<String, Object> attributes = request.map("MessageAttributes");
    var draft =
        new SqsStore.Draft(
            body,
            attributes,
            request.text("MessageGroupId", ""),
            request.number("DelaySeconds", -1, 0, MAX_DELAY));
    StoredMessage message = store.send(queue, draft);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("MessageId", message.id());
    answer.put("MD5OfMessageBody", Digests.ofBody(body));
    if (!attributes.isEmpty()) {
      answer.put("MD5OfMessageAttributes", Digests.ofAttributes(attributes));
    }
    return answer;
  }

  private Map<String, Object> receive(SqsRequest request) throws IOException {
    int most = request.number("MaxNumberOfMessages", 1, 1, MAX_BATCH);
    int wait = request.number("WaitTimeSeconds", -1, 0, MAX_WAIT);
    int visibility = request.number("VisibilityTimeout", -1, 0, MAX_VISIBILITY);
    Set<String> system = new HashSet<>(request.list("AttributeNames"));
    system.addAll(request.list("MessageSystemAttributeNames"));
    List<String> wanted = request.list("MessageAttributeNames");
    List<Map<String, Object>> messages =
        store.receive(request.queue(), most, wait, visibility).stream()
            .map(m -> message(m, system, wanted))
            .toList();
    return messages.isEmpty() ? Map.of() : Map.of("Messages", messages);
  }

  private static Map<String, Object> message(
      StoredMessage message, Set<String> system, List<String> wanted) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("MessageId", message.id());
    fields.put("ReceiptHandle", message.receipt());
    fields.put("MD5OfBody", Digests.ofBody(message.body()));
    fields.put("Body", message.body());
    Map<String, String> about = about(message);
    about.keySet().removeIf(name -> !system.contains("All") && !system.contains(name));
    if (!about.isEmpty()) {
      fields.put("Attributes", about);
    }
    Map<String, Object> attributes = new TreeMap<>(message.attributes());
    attributes
        .keySet()
        .removeIf(name -> wanted.stream().noneMatch(pattern -> matches(pattern, name)));
    if (!attributes.isEmpty()) {
      fields.put("MessageAttributes", attributes);
      fields.put("MD5OfMessageAttributes", Digests.ofAttributes(attributes));
    }
    return fields;
  }

  private static boolean matches(String pattern, String name) {
    boolean prefix =
        pattern.endsWith(".*") && name.startsWith(pattern.substring(0, pattern.length() - 1));
    return pattern.equals("All") || pattern.equals(name) || prefix;
  }

  private static Map<String, String> about(StoredMessage message) {
    Map<String, String> about = new HashMap<>();
    about.put("SenderId", EmbeddedSqs.ACCOUNT);
    about.put("SentTimestamp", Long.toString(message.sent()));
    about.put("ApproximateReceiveCount", Integer.toString(message.received()));
    about.put("ApproximateFirstReceiveTimestamp", Long.toString(message.firstReceived()));
    if (!message.group().isEmpty()) {
      about.put("MessageGroupId", message.group());
    }
    return about;
  }

  private Map<String, Object> delete(String queue, SqsRequest request) throws IOException {
    store.deleteMessage(queue, request.required("ReceiptHandle"));
    return Map.of();
  }

  private Map<String, Object> changeVisibility(String queue, SqsRequest request)
      throws IOException {
    int seconds = request.number("VisibilityTimeout", -1, 0, MAX_VISIBILITY);
    if (seconds < 0) {
      throw SqsError.missing("VisibilityTimeout");
    }
    store.changeVisibility(queue, request.required("ReceiptHandle"), seconds);
    return Map.of();
  }

  @FunctionalInterface
  private interface EntryAction {
    Map<String, Object> run(SqsRequest entry) throws IOException;
  }

  /** Does something for each entry; each succeeds or fails on its own. */
  private static Map<String, Object> batch(SqsRequest request, EntryAction action)
      throws IOException {
    List<SqsRequest> entries = request.entries("Entries");
    if (entries.isEmpty()) {
      throw SqsError.badBatch(
          "EmptyBatchRequest", "There should be at least one entry in the request.");
    }
    if (entries.size() > MAX_BATCH) {
      throw SqsError.badBatch(
          "TooManyEntriesInBatchRequest",
          "Maximum number of entries per request are " + MAX_BATCH + ".");
    }
    if (entries.stream().map(entry -> entry.required("Id")).distinct().count() < entries.size()) {
      throw SqsError.badBatch(
          "BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
    }
    List<Map<String, Object>> successful = new ArrayList<>();
    List<Map<String, Object>> failed = new ArrayList<>();
    for (SqsRequest entry : entries) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("Id", entry.required("Id"));
      try {
        result.putAll(action.run(entry));
        successful.add(result);
      } catch (SqsError error) {
        if (error.type().equals("QueueDoesNotExist")) {
          throw error;
        }
        result.putAll(
            Map.of("Code", error.queryCode(), "Message", error.getMessage(), "SenderFault", true));
        failed.add(result);
      }
    }
    return Map.of("Successful", successful, "Failed", failed);
  }
}
