package skypost.local;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Requests in the form that "Create AWS Lambda proxy integrations for HTTP APIs" calls payload
 * format version 2.0.
 */
final class HttpApiEvent {
  private static final DateTimeFormatter COMMON_LOG =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

  private HttpApiEvent() {}

  static Map<String, Object> of(HttpExchange exchange, byte[] body, Instant now) {
    String query = exchange.getRequestURI().getRawQuery();
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("version", "2.0");
    event.put("routeKey", "$default");
    event.put("rawPath", exchange.getRequestURI().getRawPath());
    event.put("rawQueryString", query == null ? "" : query);
    putUnlessEmpty(event, "cookies", cookies(exchange.getRequestHeaders()));
    event.put("headers", headers(exchange.getRequestHeaders()));
    putUnlessEmpty(event, "queryStringParameters", parameters(query));
    event.put("requestContext", context(exchange, now));
    if (body.length > 0) {
      boolean text = isText(exchange.getRequestHeaders().getFirst("Content-Type"));
      event.put(
          "body",
          text
              ? new String(body, StandardCharsets.UTF_8)
              : Base64.getEncoder().encodeToString(body));
      event.put("isBase64Encoded", !text);
    } else {
      event.put("isBase64Encoded", false);
    }
    return event;
  }

  private static Map<String, Object> context(HttpExchange exchange, Instant now) {
    String host = exchange.getRequestHeaders().getFirst("Host");
    String agent = exchange.getRequestHeaders().getFirst("User-Agent");
    Map<String, Object> http = new LinkedHashMap<>();
    http.put("method", exchange.getRequestMethod());
    http.put("path", exchange.getRequestURI().getRawPath());
    http.put("protocol", exchange.getProtocol());
    http.put("sourceIp", exchange.getRemoteAddress().getAddress().getHostAddress());
    http.put("userAgent", agent == null ? "" : agent);
    Map<String, Object> context = new LinkedHashMap<>();
    context.put("accountId", "000000000000");
    context.put("apiId", "local");
    context.put("domainName", host == null ? "localhost" : host);
    context.put("domainPrefix", "local");
    context.put("http", http);
    context.put("requestId", UUID.randomUUID().toString());
    context.put("routeKey", "$default");
    context.put("stage", "$default");
    context.put("time", COMMON_LOG.format(now));
    context.put("timeEpoch", now.toEpochMilli());
    return context;
  }

  /** Names in lower case, values of the same name joined by commas; cookies go elsewhere. */
  private static Map<String, String> headers(Headers headers) {
    Map<String, String> joined = new TreeMap<>();
    headers.forEach((name, values) ->
        joined.merge(
            name.toLowerCase(Locale.ROOT), String.join(",", values), (a, b) -> a + "," + b));
    joined.remove("cookie");
    return joined;
  }

  private static List<String> cookies(Headers headers) {
    List<String> cookies = new ArrayList<>();
    for (String header : headers.getOrDefault("Cookie", List.of())) {
      for (String cookie : header.split(";")) {
        cookies.add(cookie.strip());
      }
    }
    return cookies;
  }

  /** Decoded; values of the same name are joined by commas. */
  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : query == null || query.isEmpty() ? new String[0] : query.split("&")) {
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      parameters.merge(
          name, equals < 0 ? "" : decoded(pair.substring(equals + 1)), (a, b) -> a + "," + b);
    }
    return parameters;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return text; // such as %zz
    }
  }

  /** What the gateway passes as text; all else comes in base64. */
  private static boolean isText(String contentType) {
    String type =
        contentType == null
            ? "text/plain"
            : contentType.toLowerCase(Locale.ROOT).split(";")[0].strip();
    return type.startsWith("text/")
        || type.endsWith("json")
        || type.endsWith("xml")
        || type.equals("application/javascript")
        || type.equals("application/x-www-form-urlencoded");
  }

  private static void putUnlessEmpty(Map<String, Object> event, String name, Object value) {
    if (value instanceof List<?> list ? !list.isEmpty() : !((Map<?, ?>) value).isEmpty()) {
      event.put(name, value);
    }
  }
}
