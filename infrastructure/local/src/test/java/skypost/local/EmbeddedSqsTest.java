package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.local.s3.AccessKey;
import skypost.local.sqs.EmbeddedSqs;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

class EmbeddedSqsTest {
  @TempDir Path folder;
  private final AwsClients clients = new AwsClients(new AccessKey("id", "secret"));
  private EmbeddedSqs endpoint;
  private SqsClient sqs;
  private Resources.Queue queue;
  private Resources.Queue dead;

  @BeforeEach
  void start() throws Exception {
    endpoint = EmbeddedSqs.start(folder, 0, AwsClients.REGION.id());
    sqs = clients.sqs(endpoint.endpoint());
    Resources resources = new Provisioning(null, sqs, null).queues();
    queue = resources.outbound();
    dead = resources.queues().get(Resources.deadLettersOf(Resources.OUTBOUND));
  }

  @AfterEach
  void stop() {
    endpoint.close();
    clients.close();
  }

  @Test
  void provisioningAgainChangesNothing() {
    assertThat(new Provisioning(null, sqs, null).queues().outbound()).isEqualTo(queue);
    assertThat(sqs.listQueues().queueUrls()).hasSize(6);
  }

  @Test
  void aMessageGoesToTheDeadLettersAfterItsLastReceive() {
    sqs.sendMessage(request -> request.queueUrl(queue.url()).messageBody("poison"));
    for (int count = 1; count <= Resources.MAX_RECEIVE_COUNT; count++) {
      Message message = receive(queue).getFirst();
      assertThat(message.attributes())
          .containsEntry(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "" + count);
      sqs.changeMessageVisibility(
          r -> r.queueUrl(queue.url()).receiptHandle(message.receiptHandle()).visibilityTimeout(0));
    }

    assertThat(receive(queue)).isEmpty();
    assertThat(receive(dead)).extracting(Message::body).containsExactly("poison");
  }

  @Test
  void aGroupMayBeNamedOnAStandardQueueAndBlocksNobody() {
    for (String domain : List.of("a.example", "a.example", "b.example")) {
      sqs.sendMessage(
          r -> r.queueUrl(queue.url()).messageBody("to " + domain).messageGroupId(domain));
    }
    assertThat(
            sqs.receiveMessage(
                    r -> r.queueUrl(queue.url()).maxNumberOfMessages(10).waitTimeSeconds(1))
                .messages())
        .hasSize(3);
  }

  @Test
  void everythingIsThereAfterARestart() throws Exception {
    aMessageGoesToTheDeadLettersAfterItsLastReceive();
    sqs.sendMessage(request -> request.queueUrl(queue.url()).messageBody("after the redrive"));
    sqs.sendMessage(
        request -> request.queueUrl(queue.url()).messageBody("delayed").delaySeconds(600));
    endpoint.close();
    start();

    assertThat(receive(queue)).extracting(Message::body).containsExactly("after the redrive");
    assertThat(receive(dead)).extracting(Message::body).containsExactly("poison");
  }

  @Test
  void whatACrashLeftInFlightComesAgainAtOnceAndIsNotCounted() throws Exception {
    sqs.sendMessage(request -> request.queueUrl(queue.url()).messageBody("in flight"));
    assertThat(receive(queue)).hasSize(1);
    endpoint.close();
    start();

    Message again = receive(queue).getFirst();
    assertThat(again.body()).isEqualTo("in flight");
    assertThat(again.attributes())
        .containsEntry(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "1");
  }

  private List<Message> receive(Resources.Queue from) {
    return sqs.receiveMessage(r ->
            r.queueUrl(from.url())
                .waitTimeSeconds(1)
                .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
        .messages();
  }
}
