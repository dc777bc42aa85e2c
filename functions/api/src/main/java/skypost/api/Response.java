package skypost.api;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An HTTP response.
 *
 * @param status its code
 * @param headers its header fields
 * @param body JSON, or the empty text
 */
record Response(int status, Map<String, String> headers, String body) {
  static final String JSON_TYPE = "application/json";

  Response {
    headers = Map.copyOf(headers);
  }

  static Response json(int status, Map<String, ?> fields) {
    return of(status, JSON_TYPE, fields);
  }

  static Response noContent() {
    return new Response(204, Map.of(), "");
  }

  static Response of(int status, String type, Map<String, ?> fields) {
    try {
      String body = new String(JSON.std.asBytes(fields), StandardCharsets.UTF_8);
      return new Response(status, Map.of("content-type", type), body);
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible); // maps, lists, texts and numbers only
    }
  }

  Response with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Response(status, more, body);
  }

  Response withoutBody() {
    return new Response(status, headers, "");
  }
}
