package skypost.api;

import java.util.Map;
import java.util.Optional;

/**
 * An HTTP request.
 *
 * @param method in upper case
 * @param path as the gateway gives it, not decoded by us
 * @param query decoded parameters; of several with one name the last
 * @param headers names in lower case
 * @param body empty when there is none
 * @param id the gateway's name for this request, for logs
 */
record Request(
    String method,
    String path,
    Map<String, String> query,
    Map<String, String> headers,
    byte[] body,
    String id) {
  Request {
    query = Map.copyOf(query);
    headers = Map.copyOf(headers);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }

  /** The media type of the body in lower case and without parameters; empty when none is given. */
  Optional<String> mediaType() {
    return header("content-type")
        .map(type -> type.split(";", 2)[0].strip().toLowerCase(java.util.Locale.ROOT));
  }
}
