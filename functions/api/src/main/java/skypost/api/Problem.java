package skypost.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An error as RFC 9457 has it. Its type is {@code about:blank}: the status says what kind it is
 * (section 4.2.1).
 *
 * @param status the HTTP status
 * @param title the status's phrase
 * @param detail what is wrong this time, for a person
 * @param errors what is wrong with which member or parameter; empty when it is not about one
 */
record Problem(int status, String title, String detail, List<FieldError> errors) {
  static final String TYPE = "application/problem+json";

  /**
   * @param field the name of a member, a query parameter or a part of the path
   * @param detail what is wrong with it
   */
  record FieldError(String field, String detail) {}

  static Problem badRequest(String detail) {
    return new Problem(400, "Bad Request", detail, List.of());
  }

  static Problem badFields(List<FieldError> errors) {
    return new Problem(
        400, "Bad Request", "the request has " + errors.size() + " error(s)", List.copyOf(errors));
  }

  static Problem unauthorized() {
    return of(401, "Unauthorized", "send the admin token as \"Authorization: Bearer <token>\"");
  }

  static Problem notFound(String what) {
    return of(404, "Not Found", "there is no " + what);
  }

  static Problem methodNotAllowed(String method) {
    return of(405, "Method Not Allowed", method + " is not possible here");
  }

  static Problem conflict(String why) {
    return of(409, "Conflict", why);
  }

  static Problem preconditionFailed(String why) {
    return of(412, "Precondition Failed", why);
  }

  static Problem tooLarge(int limit) {
    return of(413, "Content Too Large", "a body has at most " + limit + " octets");
  }

  static Problem unsupportedType(String accepted) {
    return of(415, "Unsupported Media Type", "send \"Content-Type: " + accepted + "\"");
  }

  static Problem internal() {
    return of(500, "Internal Server Error", "this is our fault; the log tells more");
  }

  static Problem unavailable() {
    return of(
        503, "Service Unavailable", "the outcome is not known; the same request may be repeated");
  }

  private static Problem of(int status, String title, String detail) {
    return new Problem(status, title, detail, List.of());
  }

  Response response() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("type", "about:blank");
    fields.put("title", title);
    fields.put("status", status);
    fields.put("detail", detail);
    if (!errors.isEmpty()) {
      fields.put(
          "errors",
          errors.stream()
              .map(error -> Map.of("field", error.field, "detail", error.detail))
              .toList());
    }
    return Response.of(status, TYPE, fields);
  }
}
