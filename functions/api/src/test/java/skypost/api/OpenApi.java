package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The OpenAPI description, read as far as the tests hold the API against it. */
record OpenApi(Map<?, ?> root) {
  /** A request that was made. */
  record Call(String method, String path) {}

  static OpenApi read() throws IOException {
    try (InputStream file = OpenApi.class.getResourceAsStream("/openapi.json")) {
      return new OpenApi(JSON.std.mapFrom(file));
    }
  }

  /** {@code GET /v1/domains} and the like. */
  Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    object(root, "paths")
        .forEach((path, item) ->
            ((Map<?, ?>) item)
                .keySet().stream()
                    .filter(key -> !key.equals("parameters"))
                    .forEach(method ->
                        operations.add(
                            method.toString().toUpperCase(java.util.Locale.ROOT) + " " + path)));
    return operations;
  }

  Map<?, ?> operation(String method, String template) {
    return object(
        object(object(root, "paths"), template), method.toLowerCase(java.util.Locale.ROOT));
  }

  /** Names of an operation's parameters in the path or in the query. */
  Set<String> parameters(String method, String template, String in) {
    Set<String> names = new TreeSet<>();
    for (Map<?, ?> holder :
        List.of(object(object(root, "paths"), template), operation(method, template))) {
      if (holder.get("parameters") instanceof List<?> references) {
        for (Object reference : references) {
          Map<?, ?> parameter = resolve((Map<?, ?>) reference);
          if (parameter.get("in").equals(in)) {
            names.add((String) parameter.get("name"));
          }
        }
      }
    }
    return names;
  }

  /** The members that a request body may have; empty when the operation takes none. */
  Set<String> bodyMembers(String method, String template) {
    Map<?, ?> content = object(object(operation(method, template), "requestBody"), "content");
    Map<?, ?> schema = resolve(object(object(content, "application/json"), "schema"));
    Set<String> names = new TreeSet<>();
    object(schema, "properties").keySet().forEach(name -> names.add((String) name));
    return names;
  }

  /** That an answer's status is documented, and its body fits the schema there. */
  void assertDescribes(Call call, World.Answer answer) throws IOException {
    Optional<String> template =
        object(root, "paths").keySet().stream()
            .map(String.class::cast)
            .filter(path ->
                call.path().matches(path.replaceAll("\\{\\w+}", "[^/]+").replace(".", "\\.")))
            .max(java.util.Comparator.comparing(path -> path.replaceAll("\\{\\w+}", "").length()));
    if (template.isEmpty()
        || object(object(root, "paths"), template.get()).get(call.method().toLowerCase()) == null) {
      assertThat(answer.status()).isIn(404, 405); // not among what there is
      assertFits(Map.of("$ref", "#/components/schemas/Problem"), answer.json(), "problem");
      return;
    }
    Map<?, ?> responses = object(operation(call.method(), template.get()), "responses");
    assertThat(responses.keySet().stream().map(Object::toString).toList())
        .contains(Integer.toString(answer.status()));
    Map<?, ?> content =
        object(resolve(object(responses, Integer.toString(answer.status()))), "content");
    if (content.isEmpty()) {
      assertThat(answer.body()).isEmpty();
      return;
    }
    String type = (String) answer.headers().get("content-type");
    assertThat(content.keySet().stream().map(Object::toString).toList()).contains(type);
    if (!type.endsWith("json")) {
      return; // a text is a text, and an archive is read elsewhere
    }
    assertFits(object(object(content, type), "schema"), answer.json(), template.get());
  }

  /** Of a text and an object the one of the value's type; of two objects the second is a list. */
  private Map<?, ?> choice(List<?> choices, Object value) {
    Map<?, ?> first = resolve((Map<?, ?>) choices.getFirst());
    boolean isFirst =
        "string".equals(first.get("type"))
            ? value instanceof String
            : !((Map<?, ?>) value).containsKey("items");
    return (Map<?, ?>) choices.get(isFirst ? 0 : 1);
  }

  /**
   * What JSON Schema says with type, properties, required, items, enum, oneOf and
   * additionalProperties.
   */
  private void assertFits(Map<?, ?> reference, Object value, String where) {
    Map<?, ?> schema = resolve(reference);
    if (schema.get("oneOf") instanceof List<?> choices) {
      assertFits(choice(choices, value), value, where);
      return;
    }
    switch ((String) schema.get("type")) {
      case "object" -> assertObjectFits(schema, value, where);
      case "array" -> {
        assertThat(value).as(where).isInstanceOf(List.class);
        ((List<?>) value).forEach(item -> assertFits(object(schema, "items"), item, where + "[]"));
      }
      case "integer" -> assertThat(value).as(where).isInstanceOfAny(Integer.class, Long.class);
      case "boolean" -> assertThat(value).as(where).isInstanceOf(Boolean.class);
      default -> {
        assertThat(value).as(where).isInstanceOf(String.class);
        if (schema.get("enum") instanceof List<?> allowed) {
          assertThat(allowed.contains(value)).as(where + " is " + value).isTrue();
        }
      }
    }
  }

  private void assertObjectFits(Map<?, ?> schema, Object value, String where) {
    assertThat(value).as(where).isInstanceOf(Map.class);
    Map<?, ?> members = (Map<?, ?>) value;
    Map<?, ?> properties = object(schema, "properties");
    if (schema.get("required") instanceof List<?> required) {
      required.forEach(name ->
          assertThat(members.containsKey(name)).as(where + "." + name + " is there").isTrue());
    }
    members.forEach((name, member) -> {
      if (properties.containsKey(name)) {
        assertFits(object(properties, (String) name), member, where + "." + name);
      } else if (schema.get("additionalProperties") instanceof Map<?, ?> others) {
        assertFits(others, member, where + "." + name);
      } else {
        assertThat(properties.isEmpty()).as(where + "." + name + " is documented").isTrue();
      }
    });
  }

  private Map<?, ?> resolve(Map<?, ?> item) {
    if (!(item.get("$ref") instanceof String reference)) {
      return item;
    }
    Map<?, ?> at = root;
    for (String step : reference.substring("#/".length()).split("/")) {
      at = object(at, step);
    }
    assertThat(at.isEmpty()).as(reference + " is there").isFalse();
    return at;
  }

  private static Map<?, ?> object(Map<?, ?> holder, String name) {
    return holder.get(name) instanceof Map<?, ?> object ? object : Map.of();
  }
}
