package skypost.local;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import skypost.local.http.HttpServers;

/**
 * The Lambda API's action Invoke, in front of handlers in this process: {@code RequestResponse},
 * {@code Event} and {@code DryRun}.
 */
final class LambdaEndpoint implements AutoCloseable {
  private static final Pattern INVOKE =
      Pattern.compile("/2015-03-31/functions/([^/]+)/invocations");
  private static final int MAX_PAYLOAD =
      6 * 1024 * 1024; // AWS Lambda quotas: invocation payload, synchronous
  private static final int EVENT_ATTEMPTS = 3; // AWS: two retries of an asynchronous invocation

  private final Map<String, LambdaFunction> functions;
  private final HttpServer server;

  private LambdaEndpoint(int port, List<LambdaFunction> functions) throws IOException {
    this.functions =
        functions.stream().collect(Collectors.toMap(LambdaFunction::name, Function.identity()));
    this.server = HttpServers.start(port, this::handle);
  }

  /**
   * @param port on 127.0.0.1; 0 for any
   */
  static LambdaEndpoint start(int port, List<LambdaFunction> functions) throws IOException {
    return new LambdaEndpoint(port, functions);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("x-amzn-RequestId", UUID.randomUUID().toString());
    Matcher path = INVOKE.matcher(exchange.getRequestURI().getRawPath());
    if (!path.matches() || !exchange.getRequestMethod().equals("POST")) {
      refuse(
          exchange,
          404,
          "UnknownOperationException",
          "only POST /2015-03-31/functions/{name}/invocations is served");
      return;
    }
    String name = functionName(URLDecoder.decode(path.group(1), StandardCharsets.UTF_8));
    LambdaFunction function = functions.get(name);
    if (function == null) {
      refuse(exchange, 404, "ResourceNotFoundException", "Function not found: " + name);
      return;
    }
    byte[] payload = HttpServers.body(exchange, MAX_PAYLOAD);
    if (payload == null) {
      refuse(
          exchange,
          413,
          "RequestTooLargeException",
          "Request must be smaller than " + MAX_PAYLOAD + " bytes");
      return;
    }
    if (payload.length > 0 && !isJson(payload)) {
      refuse(
          exchange,
          400,
          "InvalidRequestContentException",
          "Could not parse request body into json");
      return;
    }
    invoke(exchange, function, payload);
  }

  private static void invoke(HttpExchange exchange, LambdaFunction function, byte[] payload)
      throws IOException {
    exchange.getResponseHeaders().set("X-Amz-Executed-Version", "$LATEST");
    String type = exchange.getRequestHeaders().getFirst("X-Amz-Invocation-Type");
    switch (type == null ? "RequestResponse" : type) {
      case "RequestResponse" -> answer(exchange, function.invoke(payload));
      case "Event" -> {
        Thread.ofVirtual().start(() -> invokeLater(function, payload));
        HttpServers.respond(exchange, 202, null, new byte[0]);
      }
      case "DryRun" -> HttpServers.respond(exchange, 204, null, new byte[0]);
      default ->
          refuse(
              exchange, 400, "InvalidParameterValueException", "no such invocation type: " + type);
    }
  }

  private static void invokeLater(LambdaFunction function, byte[] payload) {
    for (int attempt = 0; attempt < EVENT_ATTEMPTS; attempt++) {
      if (function.invoke(payload) instanceof LambdaFunction.Returned) {
        return;
      }
    }
  }

  private static void answer(HttpExchange exchange, LambdaFunction.Outcome outcome)
      throws IOException {
    switch (outcome) {
      case LambdaFunction.Returned(byte[] payload) ->
          HttpServers.respond(
              exchange, 200, "application/json", payload.length == 0 ? "null".getBytes() : payload);
      case LambdaFunction.Failed failed -> {
        exchange.getResponseHeaders().set("X-Amz-Function-Error", "Unhandled");
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("errorMessage", failed.errorMessage());
        error.put("errorType", failed.errorType());
        error.put("stackTrace", failed.stackTrace());
        HttpServers.respond(exchange, 200, "application/json", JSON.std.asBytes(error));
      }
    }
  }

  private static void refuse(HttpExchange exchange, int status, String type, String message)
      throws IOException {
    exchange.getResponseHeaders().set("x-amzn-ErrorType", type);
    HttpServers.respond(
        exchange,
        status,
        "application/json",
        JSON.std.asBytes(Map.of("Type", "User", "Message", message)));
  }

  /** Takes a name, {@code name:qualifier}, or an ARN with or without a qualifier. */
  private static String functionName(String given) {
    String[] parts = given.split(":");
    return given.startsWith("arn:") && parts.length >= 7 ? parts[6] : parts[0];
  }

  private static boolean isJson(byte[] payload) {
    try {
      JSON.std.anyFrom(payload);
      return true;
    } catch (IOException malformed) {
      return false;
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
