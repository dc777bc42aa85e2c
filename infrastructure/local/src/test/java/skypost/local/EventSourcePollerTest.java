package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.local.s3.AccessKey;
import skypost.local.sqs.EmbeddedSqs;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

class EventSourcePollerTest {
  @TempDir Path folder;
  private final AwsClients clients = new AwsClients(new AccessKey("id", "secret"));
  private final BlockingQueue<Map<String, Object>> batches = new LinkedBlockingQueue<>();
  private EmbeddedSqs endpoint;
  private SqsClient sqs;
  private Resources.Queue queue;

  @BeforeEach
  void start() throws Exception {
    endpoint = EmbeddedSqs.start(folder, 0, AwsClients.REGION.id());
    sqs = clients.sqs(endpoint.endpoint());
    queue = new Provisioning(null, sqs, null).queues().incoming();
    sqs.setQueueAttributes(r ->
        r.queueUrl(queue.url()).attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "1")));
  }

  @AfterEach
  void stop() {
    endpoint.close();
    clients.close();
  }

  @Test
  void aBatchArrivesAsLambdasEventAndIsDeleted() throws Exception {
    var text = MessageAttributeValue.builder().dataType("String").stringValue("v").build();
    sqs.sendMessage(
        r -> r.queueUrl(queue.url()).messageBody("hello").messageAttributes(Map.of("a", text)));

    try (var _ = poll(batch -> "{\"batchItemFailures\":[]}")) {
      Map<String, Object> record = records(next()).getFirst();
      assertThat(record)
          .containsEntry("body", "hello")
          .containsEntry("eventSource", "aws:sqs")
          .containsEntry("eventSourceARN", queue.arn())
          .containsKeys("messageId", "receiptHandle", "md5OfBody", "awsRegion");
      assertThat(attributes(record))
          .containsEntry("ApproximateReceiveCount", "1")
          .containsKey("SentTimestamp");
      await(() -> left() == 0);
    }
  }

  @Test
  void onlyTheFailedMessagesComeAgain() throws Exception {
    for (String body : List.of("good", "bad once", "good too")) {
      sqs.sendMessage(r -> r.queueUrl(queue.url()).messageBody(body));
    }
    Map<String, Integer> seen = new HashMap<>();

    try (var _ = poll(batch -> failFirst("bad once", batch))) {
      while (seen.values().stream().mapToInt(Integer::intValue).sum() < 4) {
        records(next()).forEach(record -> seen.merge((String) record.get("body"), 1, Integer::sum));
      }
      await(() -> left() == 0);
    }
    assertThat(seen).isEqualTo(Map.of("good", 1, "good too", 1, "bad once", 2));
  }

  @Test
  void anAnswerThatNamesNoMessageOfTheBatchFailsAllOfIt() throws Exception {
    sqs.sendMessage(r -> r.queueUrl(queue.url()).messageBody("again"));

    try (var _ =
        poll(batch ->
            count(batch) == 1 ? "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}" : "null")) {
      assertThat(count(next())).isEqualTo(1);
      assertThat(count(next())).isEqualTo(2);
      await(() -> left() == 0);
    }
  }

  @Test
  void whatMakesTheHandlerThrowEndsInTheDeadLetters() throws Exception {
    Resources.Queue dead =
        new Provisioning(null, sqs, null)
            .queues()
            .queues()
            .get(Resources.deadLettersOf(Resources.INCOMING));
    sqs.setQueueAttributes(r ->
        r.queueUrl(queue.url()).attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "0")));
    sqs.sendMessage(r -> r.queueUrl(queue.url()).messageBody("poison"));

    try (var _ =
        poll(batch -> {
          throw new IllegalStateException("cannot");
        })) {
      for (int time = 1; time <= Resources.MAX_RECEIVE_COUNT; time++) {
        assertThat(count(next())).isEqualTo(time);
      }
      var letters = sqs.receiveMessage(r -> r.queueUrl(dead.url()).waitTimeSeconds(5)).messages();
      assertThat(letters).hasSize(1);
    }
  }

  @Test
  void batchesAreFullWhenMuchWaitsAndNoMoreRunThanAllowed() throws Exception {
    for (int i = 0; i < 40; i++) {
      String body = "message " + i;
      sqs.sendMessage(r -> r.queueUrl(queue.url()).messageBody(body));
    }
    try (var _ = poll(batch -> "")) {
      int received = 0;
      int invocations = 0;
      while (received < 40) {
        received += records(next()).size();
        invocations++;
      }
      assertThat(invocations).isLessThanOrEqualTo(8);
    }
  }

  private interface Answer {
    String to(Map<String, Object> batch) throws IOException;
  }

  private EventSourcePoller poll(Answer answer) {
    var function =
        new LambdaFunction(
            "TestFunction",
            (input, output, context) -> {
              Map<String, Object> batch = JSON.std.mapFrom(input);
              batches.add(batch);
              output.write(answer.to(batch).getBytes());
            },
            Duration.ofSeconds(20));
    return EventSourcePoller.start(sqs, new EventSource(queue, 10, Duration.ZERO, 2), function);
  }

  private static String failFirst(String body, Map<String, Object> batch) throws IOException {
    List<Map<String, Object>> failed =
        records(batch).stream()
            .filter(record ->
                record.get("body").equals(body)
                    && attributes(record).get("ApproximateReceiveCount").equals("1"))
            .map(record -> Map.of("itemIdentifier", record.get("messageId")))
            .toList();
    return JSON.std.asString(Map.of("batchItemFailures", failed));
  }

  private Map<String, Object> next() throws InterruptedException {
    Map<String, Object> batch = batches.poll(20, TimeUnit.SECONDS);
    assertThat(batch).as("an invocation").isNotNull();
    return batch;
  }

  private static int count(Map<String, Object> batch) {
    return Integer.parseInt(
        (String) attributes(records(batch).getFirst()).get("ApproximateReceiveCount"));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> records(Map<String, Object> batch) {
    return (List<Map<String, Object>>) batch.get("Records");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> attributes(Map<String, Object> record) {
    return (Map<String, Object>) record.get("attributes");
  }

  private int left() {
    Map<QueueAttributeName, String> counts =
        sqs.getQueueAttributes(r -> r.queueUrl(queue.url()).attributeNames(QueueAttributeName.ALL))
            .attributes();
    return Integer.parseInt(counts.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
        + Integer.parseInt(
            counts.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }
}
