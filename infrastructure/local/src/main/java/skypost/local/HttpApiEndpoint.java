package skypost.local;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import skypost.local.http.HttpServers;
import skypost.protocol.log.EventLog;

/**
 * An API Gateway HTTP API with one integration, "AWS Lambda proxy, payload format version 2.0", in
 * front of a handler here.
 */
final class HttpApiEndpoint implements AutoCloseable {
  private static final int MAX_PAYLOAD =
      10 * 1024 * 1024; // API Gateway, "HTTP API quotas": payload size

  private final LambdaFunction function;
  private final HttpServer server;

  private HttpApiEndpoint(int port, LambdaFunction function) throws IOException {
    this.function = function;
    this.server = HttpServers.start(port, this::handle);
  }

  /**
   * @param port on 127.0.0.1; 0 for any
   */
  static HttpApiEndpoint start(int port, LambdaFunction function) throws IOException {
    return new HttpApiEndpoint(port, function);
  }

  int port() {
    return server.getAddress().getPort();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + port());
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = HttpServers.body(exchange, MAX_PAYLOAD);
    if (body == null) {
      exchange
          .getResponseHeaders()
          .set("Connection", "close"); // what is left of the body is not read
      message(exchange, 413, "Request Entity Too Large");
      return;
    }
    byte[] event = JSON.std.asBytes(HttpApiEvent.of(exchange, body, Instant.now()));
    switch (function.invoke(event)) {
      case LambdaFunction.Returned(byte[] payload) -> answer(exchange, payload);
      case LambdaFunction.Failed failed when failed.errorType().equals("Sandbox.Timedout") ->
          message(exchange, 503, "Service Unavailable");
      case LambdaFunction.Failed failed -> message(exchange, 500, "Internal Server Error");
    }
  }

  private void answer(HttpExchange exchange, byte[] payload) throws IOException {
    Object response;
    try {
      response = JSON.std.anyFrom(payload);
    } catch (IOException malformed) {
      EventLog.error("api-answer-malformed")
          .with("function", function.name())
          .cause(malformed)
          .write();
      message(exchange, 500, "Internal Server Error");
      return;
    }
    if (response instanceof Map<?, ?> fields && fields.get("statusCode") != null) {
      answer(exchange, fields);
    } else {
      HttpServers.respond(exchange, 200, "application/json", payload); // format 2.0 infers the rest
    }
  }

  private void answer(HttpExchange exchange, Map<?, ?> fields) throws IOException {
    int status = fields.get("statusCode") instanceof Number number ? number.intValue() : 0;
    if (status < 200 || status > 599) {
      EventLog.error("api-answer-malformed")
          .with("function", function.name())
          .with("status", status)
          .write();
      message(exchange, 500, "Internal Server Error");
      return;
    }
    if (fields.get("headers") instanceof Map<?, ?> headers) {
      headers.forEach((name, value) ->
          exchange.getResponseHeaders().set(name.toString(), String.valueOf(value)));
    }
    if (fields.get("cookies") instanceof List<?> cookies) {
      cookies.forEach(cookie -> exchange.getResponseHeaders().add("Set-Cookie", cookie.toString()));
    }
    HttpServers.respond(exchange, status, null, body(fields));
  }

  private static byte[] body(Map<?, ?> fields) {
    String body = fields.get("body") instanceof String text ? text : "";
    return Boolean.TRUE.equals(fields.get("isBase64Encoded"))
        ? Base64.getDecoder().decode(body)
        : body.getBytes(StandardCharsets.UTF_8);
  }

  private static void message(HttpExchange exchange, int status, String text) throws IOException {
    HttpServers.respond(
        exchange, status, "application/json", JSON.std.asBytes(Map.of("message", text)));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
