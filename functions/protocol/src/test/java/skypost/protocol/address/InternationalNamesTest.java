package skypost.protocol.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InternationalNamesTest {
  @ParameterizedTest
  @CsvSource({
    "bücher.example, xn--bcher-kva.example",
    "BÜCHER.example, xn--bcher-kva.example",
    "例子.测试, xn--fsqu00a.xn--0zwm56d",
    "例子。测试, xn--fsqu00a.xn--0zwm56d",
    "пример.испытание, xn--e1afmkfd.xn--80akhbyknj4f",
    "σοφία.example, xn--kxae4bpq.example",
    "plain.example, plain.example",
    "xn--bcher-kva.example, xn--bcher-kva.example",
  })
  void namesAsTheDnsHoldsThem(String name, String ascii) {
    assertThat(InternationalNames.toAscii(name)).contains(ascii);
  }

  /**
   * Those whose owners differ since RFC 5891 (examples of UTS #46 section 7, and of registries).
   */
  @ParameterizedTest
  @CsvSource({
    "faß.example, xn--fa-hia.example",
    "FAẞ.example, xn--fa-hia.example",
    "straße.example, xn--strae-oqa.example",
    "βόλος.example, xn--nxasmm1c.example",
    "Βόλος.example, xn--nxasmm1c.example",
    "نامه\u200cای.example, xn--mgba3gch31f060k.example",
    "ශ්\u200dරී.example, xn--10cl1a0b660p.example",
  })
  void whatTheFirstIdnaFoldedIsANameOfItsOwn(String name, String ascii) {
    assertThat(InternationalNames.toAscii(name)).contains(ascii);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"post\u200cfach.example", "\u200cä.example", "bü cher\u0000ß.example\u00ad\u2028"})
  void whatNobodyCanSeeIsNoName(String name) {
    assertThat(Domains.parse(name)).isEmpty();
  }

  /** RFC 3492 section 7.1, those that have no capitals. */
  @ParameterizedTest
  @CsvSource({
    "ليهمابتكلموشعربي؟, egbpdaj6bu4bxfgehfvwxn",
    "他们为什么不说中文, ihqwcrb4cv8a8dqg056pqjye",
    "他們爲什麽不說中文, ihqwctvzc91f659drss3x8bo0yb",
    "למההםפשוטלאמדבריםעברית, 4dbcagdahymbxekheh6e0a7fei0b",
    "यहलोगहिन्दीक्योंनहींबोलसकतेहैं, i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd",
    "なぜみんな日本語を話してくれないのか, n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa",
    "почемужеонинеговорятпорусски, b1abfaaepdrnnbgefbadotcwatmq2g4l",
    "3年b組金八先生, 3b-ww4c5e180e575a65lsy2b",
    "安室奈美恵-with-super-monkeys, -with-super-monkeys-pc58ag80a8qai00g7n9n",
    "パフィーdeルンバ, de-jg4avhby1noc0d",
    "そのスピードで, d9juau41awczczp",
  })
  void examplesOfTheStandard(String label, String code) {
    assertThat(Punycode.encode(label)).isEqualTo(code);
  }

  @Test
  void asciiIsLeftAlone() {
    assertThat(Punycode.encode("plain")).isEqualTo("plain-");
  }
}
