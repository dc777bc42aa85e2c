package skypost.local;

import com.fasterxml.jackson.jr.ob.JSON;
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
import skypost.local.http.HttpAnswer;
import skypost.local.http.HttpRequest;
import skypost.local.http.ServiceServer;

/**
 * The Lambda API's action Invoke, in front of handlers in this process: {@code RequestResponse},
 * {@code Event} and {@code DryRun}.
 */
final class LambdaEndpoint implements AutoCloseable {
  private static final Pattern INVOKE =
      Pattern.compile("/2015-03-31/functions/([^/]+)/invocations");
  private static final String JSON_TYPE = "application/json";
  private static final int MAX_PAYLOAD =
      6 * 1024 * 1024; // AWS Lambda quotas: invocation payload, synchronous
  private static final int EVENT_ATTEMPTS = 3; // AWS: two retries of an asynchronous invocation

  private final Map<String, LambdaFunction> functions;
  private final ServiceServer server;

  private LambdaEndpoint(int port, List<LambdaFunction> functions) throws IOException {
    this.functions =
        functions.stream().collect(Collectors.toMap(LambdaFunction::name, Function.identity()));
    this.server = ServiceServer.start(port, this::answer);
  }

  /**
   * @param port on 127.0.0.1; 0 for any
   */
  static LambdaEndpoint start(int port, List<LambdaFunction> functions) throws IOException {
    return new LambdaEndpoint(port, functions);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  private HttpAnswer answer(HttpRequest request) throws IOException {
    return done(request).with("x-amzn-RequestId", UUID.randomUUID().toString());
  }

  private HttpAnswer done(HttpRequest request) throws IOException {
    Matcher path = INVOKE.matcher(request.path());
    if (!path.matches() || !request.method().equals("POST")) {
      return refusal(
          404,
          "UnknownOperationException",
          "only POST /2015-03-31/functions/{name}/invocations is served");
    }
    String name = functionName(URLDecoder.decode(path.group(1), StandardCharsets.UTF_8));
    LambdaFunction function = functions.get(name);
    if (function == null) {
      return refusal(404, "ResourceNotFoundException", "Function not found: " + name);
    }
    byte[] payload = request.body(MAX_PAYLOAD);
    if (payload == null) {
      return refusal(
          413,
          "RequestTooLargeException",
          "Request must be smaller than " + MAX_PAYLOAD + " bytes");
    }
    if (payload.length > 0 && !isJson(payload)) {
      return refusal(
          400, "InvalidRequestContentException", "Could not parse request body into json");
    }
    return invoked(request, function, payload);
  }

  private static HttpAnswer invoked(HttpRequest request, LambdaFunction function, byte[] payload)
      throws IOException {
    String type = request.header("x-amz-invocation-type").orElse("RequestResponse");
    HttpAnswer answer =
        switch (type) {
          case "RequestResponse" -> told(function.invoke(payload));
          case "Event" -> {
            Thread.ofVirtual().start(() -> invokeLater(function, payload));
            yield HttpAnswer.of(202);
          }
          case "DryRun" -> HttpAnswer.of(204);
          default ->
              refusal(400, "InvalidParameterValueException", "no such invocation type: " + type);
        };
    return answer.with("X-Amz-Executed-Version", "$LATEST");
  }

  private static void invokeLater(LambdaFunction function, byte[] payload) {
    for (int attempt = 0; attempt < EVENT_ATTEMPTS; attempt++) {
      if (function.invoke(payload) instanceof LambdaFunction.Returned) {
        return;
      }
    }
  }

  private static HttpAnswer told(LambdaFunction.Outcome outcome) throws IOException {
    return switch (outcome) {
      case LambdaFunction.Returned(byte[] payload) ->
          HttpAnswer.of(200, JSON_TYPE, payload.length == 0 ? "null".getBytes() : payload);
      case LambdaFunction.Failed failed -> {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("errorMessage", failed.errorMessage());
        error.put("errorType", failed.errorType());
        error.put("stackTrace", failed.stackTrace());
        yield HttpAnswer.of(200, JSON_TYPE, JSON.std.asBytes(error))
            .with("X-Amz-Function-Error", "Unhandled");
      }
    };
  }

  private static HttpAnswer refusal(int status, String type, String message) throws IOException {
    byte[] body = JSON.std.asBytes(Map.of("Type", "User", "Message", message));
    return HttpAnswer.of(status, JSON_TYPE, body).with("x-amzn-ErrorType", type);
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
    server.close();
  }
}
