package skypost.mail.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What CloudWatch requires of a line so that it makes metrics of it: the rules of "Specification:
 * Embedded metric format" and of the JSON schema that stands there.
 */
public final class EmbeddedMetricFormat {
  private static final int MAX_LINE = 256 * 1024; // octets of one log event
  private static final int MAX_DIMENSIONS = 30;
  private static final int MAX_METRICS = 100;
  private static final int MAX_VALUES = 100;
  private static final int MAX_NAME = 1024;
  private static final int MAX_DIMENSION_NAME = 250;
  private static final int MAX_NAMESPACE = 1024;
  private static final Set<String> UNITS = units();

  private EmbeddedMetricFormat() {}

  /** The pattern of Unit in the schema. */
  private static Set<String> units() {
    Set<String> units =
        new HashSet<>(Set.of("Seconds", "Microseconds", "Milliseconds", "Percent", "None"));
    for (String of : List.of("Bytes", "Bits")) {
      for (String prefix : List.of("", "Kilo", "Mega", "Giga", "Tera")) {
        String unit = prefix.isEmpty() ? of : prefix + of.toLowerCase(java.util.Locale.ROOT);
        units.add(unit);
        units.add(unit + "/Second");
      }
    }
    units.addAll(Set.of("Count", "Count/Second"));
    return units;
  }

  /** The lines as JSON, each of them checked. */
  public static List<Map<String, Object>> checked(List<String> lines) throws IOException {
    List<Map<String, Object>> documents = new ArrayList<>();
    for (String line : lines) {
      assertThat(line).doesNotContain("\n");
      assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(MAX_LINE);
      Map<String, Object> document = JSON.std.mapFrom(line);
      check(document);
      documents.add(document);
    }
    return documents;
  }

  /** The only document with these dimensions and their values. */
  public static Map<String, Object> only(List<String> lines, Map<String, String> dimensions)
      throws IOException {
    List<Map<String, Object>> found =
        checked(lines).stream()
            .filter(document -> dimensions(document).equals(dimensions))
            .toList();
    assertThat(found).as("lines with %s", dimensions).hasSize(1);
    return found.getFirst();
  }

  private static Map<String, String> dimensions(Map<String, Object> document) {
    Map<String, String> values = new java.util.HashMap<>();
    for (Object name :
        (List<?>) ((List<?>) directives(document).getFirst().get("Dimensions")).getFirst()) {
      values.put((String) name, (String) document.get(name));
    }
    return values;
  }

  @SuppressWarnings("unchecked") // the cast fails where the schema is not kept to
  private static List<Map<String, Object>> directives(Map<String, Object> document) {
    return (List<Map<String, Object>>) ((Map<?, ?>) document.get("_aws")).get("CloudWatchMetrics");
  }

  private static void check(Map<String, Object> document) {
    Object timestamp = ((Map<?, ?>) document.get("_aws")).get("Timestamp");
    assertThat(timestamp).isInstanceOfAny(Long.class, Integer.class);
    assertThat(Instant.ofEpochMilli(((Number) timestamp).longValue()))
        .as("milliseconds since 1970")
        .isBetween(Instant.parse("2020-01-01T00:00:00Z"), Instant.parse("2200-01-01T00:00:00Z"));
    Set<String> targets = new HashSet<>(Set.of("_aws"));
    for (Map<String, Object> directive : directives(document)) {
      assertThat(directive.keySet())
          .containsExactlyInAnyOrder("Namespace", "Dimensions", "Metrics");
      assertThat((String) directive.get("Namespace"))
          .isNotBlank()
          .hasSizeLessThanOrEqualTo(MAX_NAMESPACE)
          .matches("[0-9A-Za-z._#:/-]+");
      for (Object set : (List<?>) directive.get("Dimensions")) {
        checkDimensions(document, (List<?>) set, targets);
      }
      List<?> metrics = (List<?>) directive.get("Metrics");
      assertThat(metrics).hasSizeLessThanOrEqualTo(MAX_METRICS);
      for (Object metric : metrics) {
        checkMetric(document, (Map<?, ?>) metric, targets);
      }
    }
    assertThat(document.keySet()).as("nothing that is no target").isEqualTo(targets);
  }

  private static void checkDimensions(
      Map<String, Object> document, List<?> set, Set<String> targets) {
    assertThat(set).hasSizeLessThanOrEqualTo(MAX_DIMENSIONS).doesNotHaveDuplicates();
    for (Object name : set) {
      assertThat((String) name).isNotBlank().hasSizeLessThanOrEqualTo(MAX_DIMENSION_NAME);
      assertThat(document.get(name)).isInstanceOf(String.class);
      assertThat((String) document.get(name))
          .isNotBlank()
          .matches("\\p{ASCII}+")
          .hasSizeLessThanOrEqualTo(MAX_NAME);
      targets.add((String) name);
    }
  }

  private static void checkMetric(
      Map<String, Object> document, Map<?, ?> metric, Set<String> targets) {
    String name = (String) metric.get("Name");
    assertThat(name).isNotBlank().hasSizeLessThanOrEqualTo(MAX_NAME);
    assertThat(metric.get("Unit")).isIn(UNITS);
    assertThat(targets.add(name)).as("one target, one definition: %s", name).isTrue();
    if (document.get(name) instanceof List<?> values) {
      assertThat(values).hasSizeBetween(1, MAX_VALUES).allMatch(Number.class::isInstance);
    } else {
      assertThat(document.get(name)).isInstanceOf(Number.class);
    }
  }
}
