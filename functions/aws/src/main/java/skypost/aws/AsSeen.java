package skypost.aws;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A condition that attributes of an item still are as they were read, those that were not there
 * too.
 *
 * @param names for the condition, each beginning with {@code #seen}
 * @param values for the condition, each beginning with {@code :seen}
 */
record AsSeen(String condition, Map<String, String> names, Map<String, AttributeValue> values) {
  static AsSeen of(Map<String, AttributeValue> item, List<String> attributes) {
    Map<String, String> names = new HashMap<>();
    Map<String, AttributeValue> values = new HashMap<>();
    String condition =
        IntStream.range(0, attributes.size())
            .mapToObj(i -> {
              String attribute = attributes.get(i);
              names.put("#seen" + i, attribute);
              if (!item.containsKey(attribute)) {
                return "attribute_not_exists(#seen" + i + ")";
              }
              values.put(":seen" + i, item.get(attribute));
              return "#seen" + i + " = :seen" + i;
            })
            .collect(Collectors.joining(" AND "));
    return new AsSeen(condition, names, values);
  }
}
