package skypost.mail.sieve.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WildcardsTest {
  private static Optional<List<String>> match(String pattern, String text) {
    return Wildcards.of(pattern, Collation.OCTET)
        .match(text, Collation.OCTET, new Budget(1_000_000))
        .map(Captures::values);
  }

  @Test
  void starsTakeAsLittleAsTheyCan() {
    assertThat(match("*-*-*", "a-b-c-d")).contains(List.of("a-b-c-d", "a", "b", "c-d"));
    assertThat(match("a?c*", "abc")).contains(List.of("abc", "b", ""));
  }

  @Test
  void aBackslashTakesTheMeaning() {
    assertThat(match("a\\*b", "a*b")).isPresent();
    assertThat(match("a\\*b", "axb")).isEmpty();
    assertThat(match("\\\\", "\\")).isPresent();
  }

  @Test
  void agreesWithTheDefinition() {
    SplittableRandom random = new SplittableRandom(20261125);
    for (int i = 0; i < 20_000; i++) {
      String pattern = word(random, "ab*?");
      String text = word(random, "ab");
      Optional<List<String>> expected =
          byDefinition(pattern, text)
              .map(values -> {
                values.addFirst(text);
                return values;
              });

      assertThat(match(pattern, text)).as("%s on %s", pattern, text).isEqualTo(expected);
    }
  }

  /** RFC 5229 section 3.2: every star in turn the shortest with which the rest still matches. */
  private static Optional<List<String>> byDefinition(String pattern, String text) {
    if (pattern.isEmpty()) {
      return text.isEmpty() ? Optional.of(new ArrayList<>()) : Optional.empty();
    }
    char first = pattern.charAt(0);
    String rest = pattern.substring(1);
    if (first != '*') {
      boolean fits = !text.isEmpty() && (first == '?' || first == text.charAt(0));
      Optional<List<String>> behind =
          fits ? byDefinition(rest, text.substring(1)) : Optional.empty();
      behind
          .filter(values -> first == '?')
          .ifPresent(values -> values.addFirst(text.substring(0, 1)));
      return behind;
    }
    for (int length = 0; length <= text.length(); length++) {
      String taken = text.substring(0, length);
      Optional<List<String>> behind = byDefinition(rest, text.substring(length));
      if (behind.isPresent()) {
        behind.get().addFirst(taken);
        return behind;
      }
    }
    return Optional.empty();
  }

  private static String word(SplittableRandom random, String letters) {
    StringBuilder word = new StringBuilder();
    for (int length = random.nextInt(9); length > 0; length--) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }
}
