package skypost.api;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An HTTP response.
 *
 * @param status its code
 * @param headers its header fields
 * @param body JSON, or the empty text; octets in Base64
 * @param isBase64 whether the body is octets
 */
record Response(int status, Map<String, String> headers, String body, boolean isBase64) {
  static final String JSON_TYPE = "application/json";

  Response {
    headers = Map.copyOf(headers);
  }

  /** With a text. */
  Response(int status, Map<String, String> headers, String body) {
    this(status, headers, body, false);
  }

  static Response octets(String type, byte[] octets) {
    String body = Base64.getEncoder().encodeToString(octets);
    return new Response(200, Map.of("content-type", type), body, true);
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
    return new Response(status, more, body, isBase64);
  }

  Response withoutBody() {
    return new Response(status, headers, "");
  }
}
