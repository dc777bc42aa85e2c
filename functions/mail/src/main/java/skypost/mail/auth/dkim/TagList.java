package skypost.mail.auth.dkim;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Lists of {@code tag=value} (RFC 6376 section 3.2). */
public final class TagList {
  private final Map<String, String> tags;

  private TagList(Map<String, String> tags) {
    this.tags = Collections.unmodifiableMap(tags);
  }

  /** Reads a list; empty when it is malformed or has a tag twice. */
  public static Optional<TagList> parse(String text) {
    Map<String, String> tags = new LinkedHashMap<>();
    int start = 0;
    while (start <= text.length()) {
      int semicolon = text.indexOf(';', start);
      int end = semicolon < 0 ? text.length() : semicolon;
      String spec = text.substring(start, end);
      start = end + 1;
      if (spec.isBlank() && semicolon < 0) {
        break; // the last may be empty
      }
      int equals = spec.indexOf('=');
      String name = equals < 0 ? "" : strip(spec.substring(0, equals));
      if (!isName(name) || tags.put(name, strip(spec.substring(equals + 1))) != null) {
        return Optional.empty();
      }
    }
    return tags.isEmpty() ? Optional.empty() : Optional.of(new TagList(tags));
  }

  private static boolean isName(String name) {
    return !name.isEmpty()
        && isAlpha(name.charAt(0))
        && name.chars().allMatch(c -> isAlpha(c) || (c >= '0' && c <= '9') || c == '_');
  }

  private static boolean isAlpha(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static String strip(String folded) {
    int start = 0;
    int end = folded.length();
    while (start < end && isBlank(folded.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(folded.charAt(end - 1))) {
      end--;
    }
    return folded.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  /** A value without blanks around it; blanks in it stay. */
  public Optional<String> get(String name) {
    return Optional.ofNullable(tags.get(name));
  }

  /** A value without any blanks, as base64 and lists have it. */
  public Optional<String> compact(String name) {
    return get(name).map(value -> value.replaceAll("[ \t\r\n]+", ""));
  }

  /** The name of the first tag. */
  public String first() {
    return tags.keySet().iterator().next();
  }
}
