package skypost.mail.json;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/**
 * The fields of a JSON object that Skypost itself wrote. What is not as written is an {@link
 * IOException}.
 */
public final class Fields {
  private final Map<String, ?> fields;

  private Fields(Map<String, ?> fields) {
    this.fields = fields;
  }

  /** Reads a JSON object. */
  public static Fields read(byte[] json) throws IOException {
    return new Fields(JSON.std.mapFrom(json));
  }

  /** Reads a JSON object. */
  public static Fields read(String json) throws IOException {
    return new Fields(JSON.std.mapFrom(json));
  }

  /** Writes a JSON object on one line. */
  public static byte[] bytes(Map<String, ?> fields) throws IOException {
    return JSON.std.asBytes(fields);
  }

  /** Writes a JSON object on one line. */
  public static String string(Map<String, ?> fields) throws IOException {
    return JSON.std.asString(fields);
  }

  /** A reply as an object. */
  public static Map<String, Object> write(SmtpReply reply) {
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("code", reply.code());
    written.put("subject", reply.subject());
    written.put("detail", reply.detail());
    written.put("lines", reply.lines());
    return written;
  }

  /** The names of all fields, in their order. */
  public List<String> keys() {
    return List.copyOf(fields.keySet());
  }

  /** All members, as they are. */
  public Map<String, Object> all() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  public boolean has(String key) {
    return fields.get(key) != null;
  }

  public String text(String key) throws IOException {
    return optionalText(key).orElseThrow(() -> new IOException("no text under \"" + key + "\""));
  }

  public Optional<String> optionalText(String key) {
    return fields.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  public long number(String key) throws IOException {
    if (fields.get(key) instanceof Number number) {
      return number.longValue();
    }
    throw new IOException("no number under \"" + key + "\"");
  }

  /** True only for {@code true}; absence is false. */
  public boolean flag(String key) {
    return Boolean.TRUE.equals(fields.get(key));
  }

  public EmailAddress address(String key) throws IOException {
    return address((Object) text(key));
  }

  public Optional<EmailAddress> optionalAddress(String key) throws IOException {
    return has(key) ? Optional.of(address(key)) : Optional.empty();
  }

  public SmtpReply reply(String key) throws IOException {
    Fields reply = object(key);
    return new SmtpReply(
        (int) reply.number("code"),
        (int) reply.number("subject"),
        (int) reply.number("detail"),
        reply.texts("lines"));
  }

  public Fields object(String key) throws IOException {
    return object(fields.get(key), key);
  }

  public List<Fields> objects(String key) throws IOException {
    List<Fields> objects = new ArrayList<>();
    for (Object item : items(key)) {
      objects.add(object(item, key));
    }
    return objects;
  }

  public List<String> texts(String key) throws IOException {
    return items(key).stream().map(String::valueOf).toList();
  }

  public List<EmailAddress> addresses(String key) throws IOException {
    List<EmailAddress> addresses = new ArrayList<>();
    for (Object item : items(key)) {
      addresses.add(address(item));
    }
    return addresses;
  }

  /** An object whose values are texts; empty when it is absent. */
  public Map<String, String> textMap(String key) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    if (has(key)) {
      object(key).fields.forEach((name, value) -> texts.put(name, String.valueOf(value)));
    }
    return texts;
  }

  private List<?> items(String key) throws IOException {
    if (fields.get(key) instanceof List<?> items) {
      return items;
    }
    throw new IOException("no list under \"" + key + "\"");
  }

  private static Fields object(Object value, String key) throws IOException {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> object = new LinkedHashMap<>();
      map.forEach((name, field) -> object.put(String.valueOf(name), field));
      return new Fields(object);
    }
    throw new IOException("no object under \"" + key + "\"");
  }

  private static EmailAddress address(Object text) throws IOException {
    return EmailAddress.parse(String.valueOf(text))
        .orElseThrow(() -> new IOException("not an address: " + text));
  }
}
