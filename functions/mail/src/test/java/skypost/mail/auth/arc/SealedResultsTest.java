package skypost.mail.auth.arc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A sealer is believed what he says, and not what others made him repeat. */
class SealedResultsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "i=1; lists.example; spf=pass smtp.mailfrom=x; dmarc=pass header.from=a.example | true",
        "i=1; lists.example; DMARC = PASS (p=none)                                      | true",
        "i=1; lists.example; (a comment) dmarc=pass                                     | true",
        "i=1; lists.example; dmarc=pass                                                 | true",
        "i=1; lists.example; dmarc=fail                                                 | false",
        "i=1; lists.example; dmarc=passed                                               | false",
        "i=1; lists.example; x-dmarc=pass                                               | false",
        "i=1; lists.example; spf=fail (of; dmarc=pass) smtp.mailfrom=x                  | false",
        "i=1; lists.example; spf=fail (of (nested\\); dmarc=pass) smtp.mailfrom=x       | false",
        "i=1; lists.example; spf=fail smtp.mailfrom=\"x; dmarc=pass\"                   | false",
        "i=1; lists.example; spf=fail smtp.mailfrom=\"x\\\"; dmarc=pass\"               | false",
        "i=1; lists.example; none                                                       | false",
      })
  void dmarcPassedWhereItIsAResult(String value, boolean passed) {
    assertThat(SealedResults.passDmarc(value)).isEqualTo(passed);
  }
}
