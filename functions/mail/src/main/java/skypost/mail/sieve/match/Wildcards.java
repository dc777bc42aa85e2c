package skypost.mail.sieve.match;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code :matches} (RFC 5228 section 2.7.1): {@code *} stands for any characters, as few as do (RFC
 * 5229 section 3.2), {@code ?} for one, and a backslash takes the meaning from what follows. A
 * character is an octet of UTF-8 for all comparators there are here.
 */
public final class Wildcards {
  private static final int ANY = 256; // no octet
  private static final int ONE = 257;

  private final int[] pattern;

  private Wildcards(int[] pattern) {
    this.pattern = pattern;
  }

  /** Reads a pattern; every string is one. */
  public static Wildcards of(String pattern, Collation collation) {
    byte[] octets = collation.octets(pattern);
    int[] read = new int[octets.length];
    int length = 0;
    for (int i = 0; i < octets.length; i++) {
      byte c = octets[i];
      if (c == '\\' && i + 1 < octets.length) {
        read[length++] = octets[++i];
      } else {
        read[length++] = c == '*' ? ANY : c == '?' ? ONE : c;
      }
    }
    return new Wildcards(Arrays.copyOf(read, length));
  }

  /**
   * Matches a whole string.
   *
   * @return what the wildcards stand for; empty when it does not match
   */
  public Optional<Captures> match(String text, Collation collation, Budget budget) {
    byte[] folded = collation.octets(text);
    int[] begins = new int[pattern.length]; // for each wildcard where it begins in the text
    int[] ends = new int[pattern.length];
    int p = 0;
    int t = 0;
    int star = -1;
    while (t < folded.length || p < pattern.length) {
      budget.spend(1);
      if (p < pattern.length && pattern[p] == ANY) {
        star = p;
        begins[p] = t;
        ends[p] = t;
        p++;
      } else if (p < pattern.length
          && t < folded.length
          && (pattern[p] == ONE || pattern[p] == folded[t])) {
        begins[p] = t++;
        ends[p++] = t;
      } else if (star >= 0 && ends[star] < folded.length) {
        // Only the last star can have taken too little: those before it stand as early as they can
        ends[star]++;
        t = ends[star];
        p = star + 1;
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(captures(text, begins, ends));
  }

  private Captures captures(String text, int[] begins, int[] ends) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    List<String> values = new ArrayList<>();
    values.add(text);
    for (int i = 0; i < pattern.length; i++) {
      if (pattern[i] == ANY || pattern[i] == ONE) {
        values.add(new String(octets, begins[i], ends[i] - begins[i], StandardCharsets.UTF_8));
      }
    }
    return new Captures(values);
  }
}
