package skypost.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import skypost.api.Problem.FieldError;

/**
 * The members of a JSON object, read one by one; what is wrong is collected, so that all of it is
 * told at once. A member that is null counts as absent (RFC 7396 section 1).
 */
final class Members {
  static final int MAX_BODY = 1024 * 1024;
  static final String MERGE_PATCH = "application/merge-patch+json";

  /** What {@code curl -d} says of everything; an object is taken for what it plainly is. */
  private static final String CURL_DEFAULT = "application/x-www-form-urlencoded";

  private static final JSON STRICT =
      JSON.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();

  private final Map<String, Object> members;
  private final String prefix;
  private final List<FieldError> errors;

  private Members(Map<String, Object> members, Set<String> known) {
    this(members, known, "", new ArrayList<>());
  }

  /**
   * @param prefix of the names in errors
   * @param errors of the outermost object
   */
  private Members(
      Map<String, Object> members, Set<String> known, String prefix, List<FieldError> errors) {
    this.members = members;
    this.prefix = prefix;
    this.errors = errors;
    for (String name : members.keySet()) {
      if (!known.contains(name)) {
        error(
            name,
            "not a member of this object; there are "
                + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }

  /** The body of a request; an empty body is an empty object. */
  static Members of(Request request, Set<String> known) throws Refusal {
    return new Members(object(request, Response.JSON_TYPE), known);
  }

  /** A merge patch by itself, for an object that only the writer of the change reads. */
  static Members patch(Request request, Set<String> known) throws Refusal {
    return patched(request, Map.of(), known);
  }

  /** The parameters of a query, in the order in which they are known. */
  static Members query(Request request, Set<String> known) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    known.forEach(name -> request.parameter(name).ifPresent(value -> parameters.put(name, value)));
    return new Members(parameters, known);
  }

  /**
   * A merge patch applied to an object (RFC 7396 section 2).
   *
   * @param present the object as GET shows it, without what only tells and cannot be set
   */
  static Members patched(Request request, Map<String, ?> present, Set<String> known)
      throws Refusal {
    return new Members(merged(present, object(request, MERGE_PATCH)), known);
  }

  /** A null stays, and counts as absent: so {@link #isRemoved} can tell. */
  private static Map<String, Object> merged(Map<?, ?> present, Map<?, ?> patch) {
    Map<String, Object> merged = new LinkedHashMap<>();
    present.forEach((name, member) -> merged.put(String.valueOf(name), member));
    patch.forEach((name, member) -> {
      if (member instanceof Map<?, ?> nested) {
        Object before = merged.get(String.valueOf(name));
        merged.put(
            String.valueOf(name), merged(before instanceof Map<?, ?> map ? map : Map.of(), nested));
      } else {
        merged.put(String.valueOf(name), member);
      }
    });
    return merged;
  }

  private static Map<String, Object> object(Request request, String type) throws Refusal {
    if (request.body().length > MAX_BODY) {
      throw new Refusal(Problem.tooLarge(MAX_BODY));
    }
    if (request.body().length == 0) {
      return Map.of();
    }
    String given = request.mediaType().orElse(type);
    boolean json = given.equals(type) || given.equals(Response.JSON_TYPE);
    if (!json && !(given.equals(CURL_DEFAULT) && request.body()[0] == '{')) {
      throw new Refusal(Problem.unsupportedType(type));
    }
    return parse(request.body());
  }

  private static Map<String, Object> parse(byte[] body) throws Refusal {
    try (JsonParser parser = STRICT.createParser(body)) {
      Object value = STRICT.anyFrom(parser);
      if (parser.nextToken() != null) {
        throw new Refusal(
            Problem.badRequest(
                "there is more after the JSON object" + at(parser.currentTokenLocation())));
      }
      if (!(value instanceof Map<?, ?> object)) {
        throw new Refusal(Problem.badRequest("the body is not a JSON object"));
      }
      Map<String, Object> members = new LinkedHashMap<>();
      object.forEach((name, member) -> members.put(String.valueOf(name), member));
      return members;
    } catch (JsonProcessingException malformed) {
      throw new Refusal(
          Problem.badRequest(
              "malformed JSON"
                  + at(malformed.getLocation())
                  + ": "
                  + malformed.getOriginalMessage()));
    } catch (IOException malformed) {
      throw new Refusal(
          Problem.badRequest(
              "malformed JSON: " + malformed.getMessage())); // read from memory: not a fault
    }
  }

  private static String at(JsonLocation location) {
    return location == null
        ? ""
        : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  /** Notes that something is wrong. */
  void error(String field, String detail) {
    errors.add(new FieldError(prefix + field, detail));
  }

  /** Ends the reading. @throws Refusal with everything that is wrong */
  void check() throws Refusal {
    if (!errors.isEmpty()) {
      throw new Refusal(Problem.badFields(errors));
    }
  }

  /** Notes that something is wrong with a member, unless something was noted already. */
  void errorUnlessRefused(String field, String detail) {
    if (errors.stream().noneMatch(error -> error.field().startsWith(prefix + field))) {
      error(field, detail);
    }
  }

  /** A member that must be there. */
  void required(String name) {
    if (!has(name)) {
      error(name, "is required");
    }
  }

  /** A member that only repeats what the path says, so that what GET gave can be PUT back. */
  void same(String name, String value) {
    if (has(name) && !value.equalsIgnoreCase(members.get(name).toString())) {
      error(name, "not " + value + ", as the path says; it cannot be renamed");
    }
  }

  /** A member as it was given. */
  Optional<Object> raw(String name) {
    return Optional.ofNullable(members.get(name));
  }

  boolean has(String name) {
    return members.get(name) != null;
  }

  /** Whether the member is there, and be it null. */
  boolean mentions(String name) {
    return members.containsKey(name);
  }

  /** Whether the member is there and null: a patch that takes it away. */
  boolean isRemoved(String name) {
    return members.containsKey(name) && members.get(name) == null;
  }

  Optional<String> text(String name) {
    return member(name, String.class, "a text");
  }

  boolean flag(String name, boolean fallback) {
    return member(name, Boolean.class, "true or false").orElse(fallback);
  }

  /** A whole number within bounds, both included. */
  long number(String name, long least, long most, long fallback) {
    Object value = members.get(name);
    if (value == null) {
      return fallback;
    }
    if ((value instanceof Integer || value instanceof Long)
        && ((Number) value).longValue() >= least
        && ((Number) value).longValue() <= most) {
      return ((Number) value).longValue();
    }
    error(name, "not a whole number from " + least + " to " + most);
    return fallback;
  }

  /** A text that means something. */
  <T> Optional<T> parsed(String name, String form, Function<String, Optional<T>> parser) {
    Optional<String> text = text(name);
    Optional<T> value = text.flatMap(parser);
    if (text.isPresent() && value.isEmpty()) {
      error(name, "not " + form);
    }
    return value;
  }

  /** The name of an enum's constant as JSON has it: {@code call-ahead}. */
  static String spelled(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** One of the names of an enum, in lower case. */
  <E extends Enum<E>> E choice(String name, Class<E> type, E fallback) {
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      names.add(spelled(constant));
    }
    return parsed(
            name,
            "one of " + String.join(", ", names),
            text ->
                names.contains(text)
                    ? Optional.of(type.getEnumConstants()[names.indexOf(text)])
                    : Optional.<E>empty())
        .orElse(fallback);
  }

  /** A member that is an object with members of its own; one without any when absent. */
  Members object(String name, Set<String> known) {
    Map<?, ?> object = member(name, Map.class, "an object").orElse(Map.of());
    return nested(object, name, known);
  }

  /** A member that is an object with members of any names; one without any when absent. */
  Members objectOf(String name, int most) {
    Map<?, ?> object = member(name, Map.class, "an object").orElse(Map.of());
    if (object.size() > most) {
      error(name, "more than " + most);
      return nested(Map.of(), name, Set.of());
    }
    return nested(
        object, name, object.keySet().stream().map(String::valueOf).collect(Collectors.toSet()));
  }

  /** The names of all members, in their order. */
  List<String> names() {
    return List.copyOf(members.keySet());
  }

  boolean isObject(String name) {
    return members.get(name) instanceof Map<?, ?>;
  }

  /** A list of objects; empty when absent. */
  List<Members> objects(String name, int most, Set<String> known) {
    List<?> items = member(name, List.class, "a list").orElse(List.of());
    List<Members> objects = new ArrayList<>();
    if (items.size() > most) {
      error(name, "more than " + most);
      return objects;
    }
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i) instanceof Map<?, ?> object) {
        objects.add(nested(object, name + "[" + i + "]", known));
      } else {
        error(name + "[" + i + "]", "not an object");
      }
    }
    return objects;
  }

  private Members nested(Map<?, ?> object, String name, Set<String> known) {
    Map<String, Object> nested = new LinkedHashMap<>();
    object.forEach((key, member) -> nested.put(String.valueOf(key), member));
    return new Members(nested, known, prefix + name + ".", errors);
  }

  /** An object whose members all mean the same, under names that mean something; in its order. */
  <K, V> Map<K, V> map(String name, Form<K> keys, Form<V> values, int most) {
    Map<?, ?> object = member(name, Map.class, "an object").orElse(Map.of());
    Map<K, V> map = new LinkedHashMap<>();
    if (object.size() > most) {
      error(name, "more than " + most);
      return map;
    }
    object.forEach((key, value) -> {
      Optional<K> readKey = keys.parser().apply(String.valueOf(key));
      Optional<V> readValue =
          value instanceof String text ? values.parser().apply(text) : Optional.empty();
      if (readKey.isEmpty()) {
        error(name + "." + key, "its name is not " + keys.name());
      } else if (value != null && readValue.isEmpty()) {
        error(name + "." + key, "not " + values.name());
      } else if (value != null) {
        map.put(readKey.get(), readValue.get());
      }
    });
    return map;
  }

  /**
   * A text that means something.
   *
   * @param name what it is, for a person
   * @param parser reads it; empty when malformed
   */
  record Form<T>(String name, Function<String, Optional<T>> parser) {}

  /** A list of texts that mean something; empty when absent. */
  <T> List<T> list(String name, String form, int most, Function<String, Optional<T>> parser) {
    List<T> values = new ArrayList<>();
    List<?> items = member(name, List.class, "a list").orElse(List.of());
    if (items.size() > most) {
      error(name, "more than " + most);
      return values;
    }
    for (int i = 0; i < items.size(); i++) {
      Optional<T> value =
          items.get(i) instanceof String text ? parser.apply(text) : Optional.empty();
      if (value.isEmpty()) {
        error(name + "[" + i + "]", "not " + form);
      }
      value.ifPresent(values::add);
    }
    return values;
  }

  private <T> Optional<T> member(String name, Class<T> type, String form) {
    Object value = members.get(name);
    if (value != null && !type.isInstance(value)) {
      error(name, "not " + form);
      return Optional.empty();
    }
    return Optional.ofNullable(value).map(type::cast);
  }
}
