package skypost.local.sqs;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import skypost.local.http.HttpServers;
import skypost.protocol.log.EventLog;

/** The SQS endpoint: the AWS JSON 1.0 protocol on 127.0.0.1. */
public final class EmbeddedSqs implements AutoCloseable {
  static final String ACCOUNT = "000000000000";
  private static final int MAX_REQUEST =
      12 * 1024 * 1024; // ten messages of 1 MiB, escaped a little
  private static final String CONTENT_TYPE = "application/x-amz-json-1.0";

  private final SqsStore store;
  private final HttpServer server;
  private final SqsActions actions;

  private EmbeddedSqs(Path folder, int port, String region) throws IOException {
    this.store = new SqsStore(new SqsJournal(folder), Clock.systemUTC());
    this.server = HttpServers.start(port, this::handle);
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
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("x-amzn-RequestId", UUID.randomUUID().toString());
    String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
    byte[] body = HttpServers.body(exchange, MAX_REQUEST);
    try {
      if (target == null || !target.startsWith("AmazonSQS.")) {
        throw SqsError.unsupported("anything but the JSON protocol");
      }
      if (body == null) {
        throw SqsError.badBatch("BatchRequestTooLong", "The request is too long.");
      }
      Map<String, Object> answer =
          actions.run(target.substring("AmazonSQS.".length()), parse(body));
      HttpServers.respond(exchange, 200, CONTENT_TYPE, JSON.std.asBytes(answer));
    } catch (SqsError error) {
      exchange.getResponseHeaders().set("x-amzn-query-error", error.queryCode() + ";Sender");
      Map<String, Object> answer =
          Map.of("__type", "com.amazonaws.sqs#" + error.type(), "message", error.getMessage());
      HttpServers.respond(exchange, 400, CONTENT_TYPE, JSON.std.asBytes(answer));
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
    server.stop(0);
  }
}
