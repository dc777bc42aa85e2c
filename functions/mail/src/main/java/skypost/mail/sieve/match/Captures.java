package skypost.mail.sieve.match;

import java.util.List;

/**
 * What a successful match found, for match variables (RFC 5229 section 3.2).
 *
 * @param values the whole first, then one for each wildcard or group; empty where a group took no
 *     part
 */
public record Captures(List<String> values) {
  /** Nothing matched yet: every match variable is empty. */
  public static final Captures NONE = new Captures(List.of());

  public Captures {
    values = List.copyOf(values);
  }

  /** RFC 5229 section 3: a number that nothing stands behind is an empty string. */
  public String get(int index) {
    return index < values.size() ? values.get(index) : "";
  }
}
