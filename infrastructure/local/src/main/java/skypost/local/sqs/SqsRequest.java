package skypost.local.sqs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A request's JSON, read field by field; what is malformed is an {@link SqsError}. */
record SqsRequest(Map<String, Object> fields) {
  String text(String name, String fallback) {
    return fields.get(name) == null ? fallback : fields.get(name).toString();
  }

  String required(String name) {
    String text = text(name, "");
    if (text.isEmpty()) {
      throw SqsError.missing(name);
    }
    return text;
  }

  /** The queue's name, from its URL. */
  String queue() {
    String url = required("QueueUrl");
    return url.substring(url.lastIndexOf('/') + 1);
  }

  int number(String name, int fallback, int least, int most) {
    return fields.get(name) == null
        ? fallback
        : within(name, fields.get(name).toString(), least, most);
  }

  static int within(String name, String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException malformed) {
      throw invalid(name, text, least, most);
    }
    throw invalid(name, text, least, most);
  }

  private static SqsError invalid(String name, String text, int least, int most) {
    return SqsError.invalid(
        "Value %s for parameter %s is invalid. Reason: Must be between %d and %d."
            .formatted(text, name, least, most));
  }

  @SuppressWarnings("unchecked")
  Map<String, Object> map(String name) {
    return fields.get(name) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  Map<String, String> strings(String name) {
    Map<String, String> strings = new HashMap<>();
    map(name).forEach((key, value) -> strings.put(key, String.valueOf(value)));
    return strings;
  }

  List<String> list(String name) {
    return fields.get(name) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }

  @SuppressWarnings("unchecked")
  List<SqsRequest> entries(String name) {
    return fields.get(name) instanceof List<?> list
        ? list.stream()
            .filter(Map.class::isInstance)
            .map(entry -> new SqsRequest((Map<String, Object>) entry))
            .toList()
        : List.of();
  }
}
