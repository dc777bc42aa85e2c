package skypost.protocol.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramClientTest {
  private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
  private static final String BOTH = NONCE + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

  private final ScramClient scram = new ScramClient("user", "pencil", NONCE);

  @Test
  void theExampleOfTheRfc() { // RFC 7677 section 3
    assertThat(scram.first()).isEqualTo("n,,n=user,r=" + NONCE);
    assertThat(scram.last("r=" + BOTH + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"))
        .contains("c=biws,r=" + BOTH + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    assertThat(scram.isProvenBy("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")).isTrue();
    assertThat(scram.isProvenBy("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", // nothing of its own
        "r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1",
        "r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=9000000",
        "r=" + NONCE + "x,s=====,i=4096",
        "m=must,r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "e=other-error",
        ""
      })
  void aServerThatIsNotInEarnestGetsNoProof(String message) {
    assertThat(scram.last(message)).isEmpty();
    assertThat(scram.isProvenBy("v=")).isFalse();
  }

  @Test
  void namesAreEscapedAndNormalized() { // RFC 5802 section 5.1, RFC 4013 section 2.2
    assertThat(new ScramClient("a=b,\uff43", "x", "n").first()).isEqualTo("n,,n=a=3Db=2Cc,r=n");
  }
}
