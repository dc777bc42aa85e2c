package skypost.mail.sieve.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexTest {
  private static Optional<Captures> find(String pattern, String text) throws RegexException {
    return Regex.compile(pattern, Collation.OCTET).find(text, new Budget(1_000_000));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a|ab; xabc; ab",
        "a*; baaa; ''",
        "(a|ab)(c|bcd); abcd; abcd",
        "[]a]+; x]a]; ]a]",
        "[^]a]+; ]xy]; xy",
        "[a-c-]+; x-b-; -b-",
        "a{2,3}; aaaa; aaa",
        "a{2}; aaa; aa",
        "a{2,}; aaaa; aaaa",
        "\\.; a.b; .",
        "[[:digit:]]+; ab12c; 12",
        "x\\b; xy x; x",
        "\\<b; ab b; b",
        "(); abc; ''",
        "a||b; b; b"
      })
  void findsTheLeftmostAndOfThoseTheLongest(String pattern, String text, String found)
      throws RegexException {
    assertThat(find(pattern, text).orElseThrow().get(0)).isEqualTo(found);
  }

  @Test
  void groupsAreCaptured() throws RegexException {
    assertThat(find("(a+)(b)?(c)", "xaac").orElseThrow().values())
        .isEqualTo(List.of("aac", "aa", "", "c"));
  }

  @Test
  void charactersBeyondTheBasicPlaneAreOne() throws RegexException {
    assertThat(find("^.$", "😀")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        ")",
        "a)",
        "[",
        "[a",
        "[z-a]",
        "[[:nosuch:]]",
        "*a",
        "+",
        "a{",
        "a{2",
        "a{3,2}",
        "a{256}",
        "(a)\\1",
        "\\",
        "(?:a)",
        "((a{200}){200}){200}"
      })
  void malformedOnesAreRefused(String pattern) {
    assertThatThrownBy(() -> find(pattern, "a")).isInstanceOf(RegexException.class);
  }

  @Test
  void whatBringsBacktrackersDownTakesStepsInProportion() throws RegexException {
    Regex regex = Regex.compile("^(a+)+(a|aa)*$", Collation.OCTET);

    assertThat(regex.find("a".repeat(20_000) + "b", new Budget(2_000_000))).isEmpty();
  }

  /** Java's own expressions tell where the leftmost match begins, and whether there is one. */
  @Test
  void findsWhereJavaFinds() throws RegexException {
    SplittableRandom random = new SplittableRandom(20261125);
    for (int i = 0; i < 5000; i++) {
      String pattern = expression(random, 3);
      String text = text(random);
      Matcher java = Pattern.compile(pattern).matcher(text);
      Optional<Captures> found = find(pattern, text);

      assertThat(found.isPresent()).as("%s in %s", pattern, text).isEqualTo(java.find());
      if (found.isPresent()) {
        assertThat(text.startsWith(found.get().get(0), java.start()))
            .as("%s in %s", pattern, text)
            .isTrue();
        assertThat(found.get().get(0).length())
            .as("%s in %s", pattern, text)
            .isGreaterThanOrEqualTo(java.group().length());
      }
    }
  }

  private static String expression(SplittableRandom random, int depth) {
    if (depth == 0) {
      return List.of("a", "b", ".", "[ab]", "[^a]").get(random.nextInt(5));
    }
    return switch (random.nextInt(6)) {
      case 0 -> expression(random, depth - 1) + "|" + expression(random, depth - 1);
      case 1 -> "(" + expression(random, depth - 1) + ")*";
      case 2 -> "(" + expression(random, depth - 1) + "){1,2}";
      case 3 -> "(" + expression(random, depth - 1) + ")?";
      case 4 -> expression(random, 0);
      default -> expression(random, depth - 1) + expression(random, depth - 1);
    };
  }

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(8); length > 0; length--) {
      text.append("abc".charAt(random.nextInt(3)));
    }
    return text.toString();
  }
}
