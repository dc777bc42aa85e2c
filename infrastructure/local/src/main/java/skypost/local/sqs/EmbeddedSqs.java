package skypost.local.sqs;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import skypost.local.http.HttpAnswer;
import skypost.local.http.HttpRequest;
import skypost.local.http.ServiceServer;
import skypost.protocol.log.EventLog;

/** The SQS endpoint: the AWS JSON 1.0 protocol on 127.0.0.1. */
public final class EmbeddedSqs implements AutoCloseable {
  static final String ACCOUNT = "000000000000";
  private static final int MAX_REQUEST =
      12 * 1024 * 1024; // ten messages of 1 MiB, escaped a little
  private static final String CONTENT_TYPE = "application/x-amz-json-1.0";

  private final SqsStore store;
  private final ServiceServer server;
  private final SqsActions actions;

  private EmbeddedSqs(Path folder, int port, String region) throws IOException {
    this.store = new SqsStore(new SqsJournal(folder), Clock.systemUTC());
    this.server = ServiceServer.start(port, this::answer);
    this.actions = new SqsActions(store, region, endpoint().toString());
  }

  /**
   * Starts serving. What a crash left in flight is visible again at once.
   *
   * @param folder where the journal lies; made when it is not there
   * @param port on 127.0.0.1; 0 for any
   * @param region in the queues' ARNs
   */
  public static EmbeddedSqs start(Path folder, int port, String region) throws IOException {
    return new EmbeddedSqs(folder, port, region);
  }

  /** Where it listens. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  private HttpAnswer answer(HttpRequest request) throws IOException {
    String id = UUID.randomUUID().toString();
    String target = request.header("x-amz-target").orElse("");
    try {
      if (!target.startsWith("AmazonSQS.")) {
        throw SqsError.unsupported("anything but the JSON protocol");
      }
      byte[] body = request.body(MAX_REQUEST);
      if (body == null) {
        throw SqsError.badBatch("BatchRequestTooLong", "The request is too long.");
      }
      Map<String, Object> answer =
          actions.run(target.substring("AmazonSQS.".length()), parse(body));
      return HttpAnswer.of(200, CONTENT_TYPE, JSON.std.asBytes(answer))
          .with("x-amzn-RequestId", id);
    } catch (SqsError error) {
      Map<String, Object> answer =
          Map.of("__type", "com.amazonaws.sqs#" + error.type(), "message", error.getMessage());
      return HttpAnswer.of(400, CONTENT_TYPE, JSON.std.asBytes(answer))
          .with("x-amzn-RequestId", id)
          .with("x-amzn-query-error", error.queryCode() + ";Sender");
    }
  }

  private static Map<String, Object> parse(byte[] body) {
    try {
      return JSON.std.mapFrom(body);
    } catch (IOException malformed) {
      throw SqsError.invalid("The request is no JSON object.");
    }
  }

  @Override
  public void close() {
    try {
      store.close();
    } catch (IOException fault) {
      EventLog.error("sqs-close-failed").cause(fault).write();
    }
    server.close();
  }
}
