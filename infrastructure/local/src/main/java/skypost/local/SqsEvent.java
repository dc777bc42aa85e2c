package skypost.local;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** Batches in the form of "Example Amazon SQS message event", and the answers to them. */
final class SqsEvent {
  private SqsEvent() {}

  /** The event for a batch. */
  static byte[] of(List<Message> messages, String queueArn) throws IOException {
    return JSON.std.asBytes(
        Map.of("Records", messages.stream().map(message -> message(message, queueArn)).toList()));
  }

  private static Map<String, Object> message(Message message, String queueArn) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("messageId", message.messageId());
    fields.put("receiptHandle", message.receiptHandle());
    fields.put("body", message.body());
    fields.put("attributes", message.attributesAsStrings());
    fields.put("messageAttributes", attributes(message.messageAttributes()));
    fields.put("md5OfBody", message.md5OfBody());
    fields.put("eventSource", "aws:sqs");
    fields.put("eventSourceARN", queueArn);
    fields.put("awsRegion", Resources.REGION);
    return fields;
  }

  private static Map<String, Object> attributes(Map<String, MessageAttributeValue> attributes) {
    Map<String, Object> fields = new LinkedHashMap<>();
    attributes.forEach((name, value) -> {
      Map<String, Object> field = new LinkedHashMap<>();
      field.put("dataType", value.dataType());
      if (value.stringValue() != null) {
        field.put("stringValue", value.stringValue());
      }
      if (value.binaryValue() != null) {
        field.put(
            "binaryValue", Base64.getEncoder().encodeToString(value.binaryValue().asByteArray()));
      }
      field.put("stringListValues", List.of());
      field.put("binaryListValues", List.of());
      fields.put(name, field);
    });
    return fields;
  }

  /**
   * Which messages failed, by "Implementing partial batch responses": an empty or null answer and
   * an empty or null list are success; an answer that is no JSON, or names no message of the batch,
   * fails the whole batch.
   *
   * @return the message ids that failed; empty: the whole batch
   */
  static Optional<Set<String>> failures(byte[] answer, List<Message> messages) {
    Object parsed;
    try {
      parsed = answer.length == 0 ? null : JSON.std.anyFrom(answer);
    } catch (IOException malformed) {
      return Optional.empty();
    }
    if (!(parsed instanceof Map<?, ?> fields) || fields.get("batchItemFailures") == null) {
      return Optional.of(Set.of());
    }
    if (!(fields.get("batchItemFailures") instanceof List<?> items)) {
      return Optional.empty();
    }
    Set<String> known = messages.stream().map(Message::messageId).collect(Collectors.toSet());
    Set<String> failed = new HashSet<>();
    for (Object item : items) {
      if (!(item instanceof Map<?, ?> failure
          && failure.get("itemIdentifier") instanceof String id
          && known.contains(id))) {
        return Optional.empty();
      }
      failed.add(id);
    }
    return Optional.of(failed);
  }
}
