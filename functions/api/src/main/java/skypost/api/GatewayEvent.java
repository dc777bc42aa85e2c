package skypost.api;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** API Gateway's HTTP API events and answers, payload format 2.0. */
final class GatewayEvent {
  private GatewayEvent() {}

  /** Reads an event. */
  static Request read(byte[] event) throws Refusal {
    try {
      Map<String, Object> fields = JSON.std.mapFrom(event);
      Map<?, ?> context = object(fields, "requestContext");
      String method = text(object(context, "http"), "method").toUpperCase(Locale.ROOT);
      if (method.isEmpty() || !(fields.get("rawPath") instanceof String path)) {
        throw notAnEvent();
      }
      return new Request(
          method,
          path,
          Percent.query(text(fields, "rawQueryString")),
          headers(object(fields, "headers")),
          body(fields),
          text(context, "requestId"));
    } catch (IOException | IllegalArgumentException malformed) {
      throw notAnEvent();
    }
  }

  /** Writes the answer. */
  static byte[] write(Response response) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("statusCode", response.status());
    fields.put("headers", response.headers());
    fields.put("body", response.body());
    fields.put("isBase64Encoded", response.isBase64());
    return JSON.std.asBytes(fields);
  }

  private static byte[] body(Map<String, Object> fields) {
    String body = text(fields, "body");
    return Boolean.TRUE.equals(fields.get("isBase64Encoded"))
        ? Base64.getDecoder().decode(body)
        : body.getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, String> headers(Map<?, ?> given) {
    Map<String, String> headers = new LinkedHashMap<>();
    given.forEach((name, value) ->
        headers.put(String.valueOf(name).toLowerCase(Locale.ROOT), String.valueOf(value)));
    return headers;
  }

  private static Map<?, ?> object(Map<?, ?> fields, String name) {
    return fields.get(name) instanceof Map<?, ?> object ? object : Map.of();
  }

  private static String text(Map<?, ?> fields, String name) {
    return fields.get(name) instanceof String text ? text : "";
  }

  private static Refusal notAnEvent() {
    return new Refusal(Problem.badRequest("not an HTTP API event of payload format 2.0"));
  }
}
