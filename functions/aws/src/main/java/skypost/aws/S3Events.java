package skypost.aws;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.mail.message.MessageId;
import skypost.mail.receive.IncomingEvents;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * S3 event notifications as they lie in the incoming queue (Amazon S3 User Guide, "Event message
 * structure").
 */
public final class S3Events implements IncomingEvents {
  private final SqsClient sqs;
  private final String queueUrl;
  private final String bucket;

  /**
   * @param queueUrl of the incoming queue
   * @param bucket of the messages
   */
  public S3Events(SqsClient sqs, String queueUrl, String bucket) {
    this.sqs = sqs;
    this.queueUrl = queueUrl;
    this.bucket = bucket;
  }

  /**
   * The messages that an event tells of; none for S3's test event, nor for objects that are no
   * messages.
   */
  public static List<MessageId> messages(String event) throws IOException {
    Fields fields = Fields.read(event);
    List<MessageId> ids = new ArrayList<>();
    if (!fields.has("Records")) {
      return ids; // s3:TestEvent
    }
    for (Fields notification : fields.objects("Records")) {
      String key = notification.object("s3").object("object").text("key");
      Optional<MessageId> id = S3Messages.idOf(URLDecoder.decode(key, StandardCharsets.UTF_8));
      id.ifPresent(ids::add);
    }
    return ids;
  }

  @Override
  public void repeat(MessageId id) throws IOException {
    Map<String, Object> record =
        Map.of(
            "eventSource",
            "skypost:sweep",
            "s3",
            Map.of(
                "bucket", Map.of("name", bucket), "object", Map.of("key", S3Messages.PREFIX + id)));
    String event = Fields.string(Map.of("Records", List.of(record)));
    Calls.call(() -> sqs.sendMessage(send -> send.queueUrl(queueUrl).messageBody(event)));
  }
}
