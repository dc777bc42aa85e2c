package skypost.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Percent-decoding (RFC 3986 section 2.1). A plus sign is a plus sign, as addresses need it, and a
 * percent sign that begins no escape stands for itself: API Gateway's HTTP API has decoded {@code
 * rawPath} before, other fronts have not.
 */
final class Percent {
  private Percent() {}

  static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length());
    byte[] given = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < given.length; i++) {
      if (given[i] == '%'
          && i + 2 < given.length
          && hex(given[i + 1]) >= 0
          && hex(given[i + 2]) >= 0) {
        octets.write(hex(given[i + 1]) << 4 | hex(given[i + 2]));
        i += 2;
      } else {
        octets.write(given[i]);
      }
    }
    return octets.toString(StandardCharsets.UTF_8);
  }

  /** Reads {@code a=b&c=d}. */
  static Map<String, String> query(String raw) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : raw.split("&")) {
      if (!pair.isEmpty()) {
        String[] sides = pair.split("=", 2);
        parameters.put(decode(sides[0]), sides.length == 2 ? decode(sides[1]) : "");
      }
    }
    return parameters;
  }

  private static int hex(byte digit) {
    return Character.digit((char) digit, 16);
  }
}
