package skypost.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import skypost.protocol.log.Metrics;
import skypost.protocol.net.TestClient;

/** Lines that CloudWatch understands, by "Specification: Embedded metric format". */
class MetricsTest {
  @Test
  void whatHappensAtADoorIsMeasured() throws Exception {
    try (MemoryFront memory = MemoryFront.start()) {
      try (TestClient client = TestClient.connect(memory.front.port(Door.SMTP))) {
        client.hear();
        client.say("EHLO remote.test");
        client.say("MAIL FROM:<sender@remote.test>");
        client.say("RCPT TO:<nobody@example.com>");
        client.say("RCPT TO:<alice@example.com>");
        client.say("DATA");
        assertThat(client.say("Subject: x\r\n\r\ny\r\n.")).startsWith("250 ");
      }
      memory.metrics.write();

      Map<String, Object> door = line(memory.measured, List.of("Door"));
      assertThat(door)
          .containsEntry("Door", "SMTP")
          .containsEntry("Connections", 1.0)
          .containsEntry("Accepted", 1.0)
          .containsEntry("Octets", 17.0)
          .containsKey("StoreTime");
      assertThat(line(memory.measured, List.of("Door", "Reason")))
          .containsEntry("Reason", "5.1.1")
          .containsEntry("Refused", 1.0);
      memory.measured.clear();
      memory.metrics.write();
      assertThat(memory.measured).as("idle").isEmpty();
    }
  }

  @Test
  void timesAreAnArrayOfNoMoreThanTheSpecificationAllows() throws Exception {
    List<String> written = new ArrayList<>();
    Metrics metrics = Metrics.to("Skypost", written::add, Clock.systemUTC());
    for (int i = 0; i < 1000; i++) {
      metrics.add(Map.of("Door", "SMTP"), "StoreTime", Metrics.Unit.MILLISECONDS, i);
      metrics.add(Map.of("Door", "SMTP"), "Accepted", Metrics.Unit.COUNT, 1);
    }
    metrics.write();

    Map<String, Object> line = line(written, List.of("Door"));
    assertThat(line).containsEntry("Accepted", 1000.0);
    assertThat((List<?>) line.get("StoreTime")).hasSize(100);
  }

  /** The only line with these dimensions, checked to be in the format. */
  private static Map<String, Object> line(List<String> written, List<String> dimensions)
      throws Exception {
    List<Map<String, Object>> found = new ArrayList<>();
    for (String text : written) {
      assertThat(text).doesNotContain("\n");
      Map<String, Object> line = JSON.std.mapFrom(text);
      if (checked(line).equals(dimensions)) {
        found.add(line);
      }
    }
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  /** Checks what the specification requires, and gives the names of the dimensions. */
  private static List<?> checked(Map<String, Object> line) {
    Map<?, ?> aws = (Map<?, ?>) line.get("_aws");
    long timestamp = ((Number) aws.get("Timestamp")).longValue();
    assertThat(Instant.ofEpochMilli(timestamp)).isAfter(Instant.parse("2020-01-01T00:00:00Z"));
    Map<?, ?> directive = (Map<?, ?>) ((List<?>) aws.get("CloudWatchMetrics")).getFirst();
    assertThat(directive.get("Namespace")).isEqualTo("Skypost");
    List<?> dimensions = (List<?>) ((List<?>) directive.get("Dimensions")).getFirst();
    for (Object name : dimensions) {
      assertThat(line.get(name)).isInstanceOf(String.class);
    }
    for (Object definition : (List<?>) directive.get("Metrics")) {
      Map<?, ?> metric = (Map<?, ?>) definition;
      assertThat(metric.get("Unit")).isIn("Count", "Bytes", "Milliseconds");
      Object value = line.get(metric.get("Name"));
      assertThat(value instanceof Number || value instanceof List).isTrue();
    }
    return dimensions;
  }
}
