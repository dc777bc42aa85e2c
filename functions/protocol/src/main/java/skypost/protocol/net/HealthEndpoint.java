package skypost.protocol.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import skypost.protocol.log.EventLog;

/**
 * Tells a load balancer by HTTP (RFC 9112) whether to send connections here: {@code GET /health} is
 * answered 200 {@code ok}, 503 {@code failing} with what is wrong, or 503 {@code draining} from the
 * moment on at which the program is told to go. One request a connection, a few connections at
 * once, a few seconds each: whoever reaches this port keeps nothing.
 */
public final class HealthEndpoint implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 20; // of a balancer's nodes, several at once
  private static final int MAX_LINE = 8192;
  private static final int MAX_FIELDS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What a request is answered with. */
  private record Answer(int status, String reason, String json) {}

  private final Supplier<Optional<String>> trouble;
  private final TcpServer server;
  private volatile boolean draining;
  private volatile Optional<String> told = Optional.empty();

  private HealthEndpoint(InetSocketAddress address, Supplier<Optional<String>> trouble)
      throws IOException {
    this.trouble = trouble;
    this.server =
        TcpServer.start(
            TcpServer.Options.plain("health", address, MAX_CONNECTIONS, "", ""), this::serve);
  }

  /**
   * Listens from now on.
   *
   * @param trouble what is wrong, in a word or two; asked at each request, so it must be cheap
   */
  public static HealthEndpoint start(InetSocketAddress address, Supplier<Optional<String>> trouble)
      throws IOException {
    return new HealthEndpoint(address, trouble);
  }

  /** The port, also when the system chose it. */
  public int port() {
    return server.port();
  }

  /** From now on the answer is {@code draining}; there is no way back. */
  public void drain() {
    draining = true;
  }

  @Override
  public void close() {
    server.close();
  }

  private void serve(Wire wire) throws IOException {
    wire.timeout(PATIENCE);
    if (!(wire.readLine(MAX_LINE) instanceof Line.Text request) || !skipFields(wire)) {
      say(wire, new Answer(400, "Bad Request", "{\"status\":\"bad request\"}"), true);
      return;
    }
    String[] words = request.latin1().split(" ");
    boolean head = words[0].equals("HEAD");
    say(wire, answer(words, head), !head);
  }

  private static boolean skipFields(Wire wire) throws IOException {
    for (int i = 0; i < MAX_FIELDS; i++) {
      if (!(wire.readLine(MAX_LINE) instanceof Line.Text field)) {
        return false;
      }
      if (field.bytes().length == 0) {
        return true;
      }
    }
    return false;
  }

  private Answer answer(String[] words, boolean head) {
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
      return new Answer(400, "Bad Request", "{\"status\":\"bad request\"}");
    }
    if (!words[1].equals("/health")) {
      return new Answer(404, "Not Found", "{\"status\":\"not found\"}");
    }
    if (!words[0].equals("GET") && !head) {
      return new Answer(405, "Method Not Allowed", "{\"status\":\"method not allowed\"}");
    }
    if (draining) {
      return new Answer(503, "Service Unavailable", "{\"status\":\"draining\"}");
    }
    Optional<String> wrong = trouble.get();
    log(wrong);
    return wrong
        .map(text ->
            new Answer(
                503,
                "Service Unavailable",
                "{\"status\":\"failing\",\"reason\":\"" + text.replaceAll("[\"\\\\]", "") + "\"}"))
        .orElseGet(() -> new Answer(200, "OK", "{\"status\":\"ok\"}"));
  }

  /** A line for each change: a balancer asks several times a minute. */
  private void log(Optional<String> wrong) {
    if (!wrong.equals(told)) {
      told = wrong;
      (wrong.isPresent() ? EventLog.error("health") : EventLog.info("health"))
          .with("trouble", wrong.orElse("none"))
          .write();
    }
  }

  private static void say(Wire wire, Answer answer, boolean withBody) throws IOException {
    byte[] body = answer.json().getBytes(StandardCharsets.UTF_8);
    wire.write(
        "HTTP/1.1 "
            + answer.status()
            + " "
            + answer.reason()
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
    if (withBody) {
      wire.write(body, 0, body.length);
    }
    wire.flush();
  }
}
