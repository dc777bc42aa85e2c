package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import skypost.mail.directory.Page;

/**
 * Which part of a list is wanted.
 *
 * @param limit items at most
 * @param next where the part before ended
 */
record Paging(int limit, Optional<String> next) {
  static final String LIMIT = "limit";
  static final String NEXT = "next";
  static final int DEFAULT_LIMIT = 100;
  static final int MAX_LIMIT = 1000;

  /** Reads a page. */
  @FunctionalInterface
  interface Source<T> {
    Page<T> page(int limit, Optional<String> next) throws IOException, Refusal;
  }

  static Paging of(Request request) throws Refusal {
    String text = request.parameter(LIMIT).orElse(Integer.toString(DEFAULT_LIMIT));
    if (!text.matches("\\d{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MAX_LIMIT) {
      throw Answers.refused(LIMIT, "not a whole number from 1 to " + MAX_LIMIT);
    }
    return new Paging(
        Integer.parseInt(text), request.parameter(NEXT).filter(next -> !next.isEmpty()));
  }

  /** {@code {"items": […], "next": "…"}}, without next at the end. */
  <T> Response answer(Source<T> source, Function<T, Map<String, Object>> item)
      throws IOException, Refusal {
    Page<T> page;
    try {
      page = source.page(limit, next);
    } catch (IllegalArgumentException malformed) {
      if (next.isEmpty()) {
        throw malformed; // not the client's fault
      }
      throw Answers.refused(NEXT, "not what this list gave");
    }
    List<Map<String, Object>> items = page.items().stream().map(item).toList();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("items", items);
    page.next().ifPresent(next -> fields.put(NEXT, next));
    return Response.json(200, fields);
  }
}
