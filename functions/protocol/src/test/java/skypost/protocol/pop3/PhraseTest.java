package skypost.protocol.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PhraseTest {
  private static final Object[] LONG_VALUES = {"x".repeat(253), Integer.MAX_VALUE};

  @ParameterizedTest
  @EnumSource
  void whatEverybodyGetsIsAscii(Phrase phrase) {
    String line = Pop3Reply.err(phrase, LONG_VALUES).line(Language.ENGLISH);

    assertThat(line).matches("-ERR [\\x20-\\x7e]+").doesNotContain("{", "}");
  }

  @ParameterizedTest
  @EnumSource
  void everyPhraseIsThereInChineseAndFitsALine(Phrase phrase) {
    String line =
        Pop3Reply.err(Pop3Reply.Code.SYS_TEMP, phrase, LONG_VALUES).line(Language.CHINESE);

    assertThat(line.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(510);
    if (phrase != Phrase.VALUE) {
      assertThat(line).containsPattern("\\p{IsHan}").doesNotContain("{", "}");
    }
  }
}
