package skypost.protocol.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BearerResponseTest {
  private static Optional<BearerResponse> parse(String message) {
    return BearerResponse.parse(message.replace('^', '\u0001').getBytes(UTF_8));
  }

  @Test
  void theExampleOfRfc7628Section41() {
    assertThat(
            parse(
                "n,a=user@example.com,^host=server.example.com^port=143^auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==^^"))
        .contains(
            new BearerResponse(
                Optional.of("user@example.com"), "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="));
  }

  @Test
  void anEscapedNameIsReadAndMayBeLeftOut() {
    assertThat(parse("n,a=a=2Cb=3Dc,^auth=bearer t^^").orElseThrow().authzid()).contains("a,b=c");
    assertThat(parse("n,,^auth=Bearer t^^").orElseThrow().authzid()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "^",
        "n,,^^",
        "n,,^auth=Bearer t^",
        "auth=Bearer t^^",
        "p=tls-exporter,,^auth=Bearer t^^",
        "n,b,^auth=Bearer t^^",
        "n,a=,^auth=Bearer t^^",
        "n,a=x=2Z,^auth=Bearer t^^",
        "n,,^auth=Basic t^^",
        "n,,^auth=Bearer ^^",
        "n,,^auth=Bearer t u^^",
        "n,,^auth=Bearer t^auth=Bearer u^^",
        "n,,^auth=Bearer t^^x"
      })
  void whatIsMalformedIsRefused(String message) {
    assertThat(parse(message)).isEmpty();
  }

  @Test
  void aHugeTokenIsRefusedAndALongOneReadAndNeitherShown() {
    assertThat(parse("n,,^auth=Bearer " + "a".repeat(9000) + "^^")).isEmpty();
    BearerResponse read = parse("n,,^auth=Bearer " + "a".repeat(8000) + "^^").orElseThrow();
    assertThat(read.toString()).doesNotContain("aaa");
  }

  @Test
  void manyRepetitionsAreRefusedAndDoNotExhaustTheStack() {
    assertThat(parse("n,a=" + "=2C".repeat(2700) + ",^auth=Bearer t^^")).isEmpty();
    assertThat(parse("n,," + "^a=".repeat(2700) + "^auth=Bearer t^^")).isEmpty();
  }
}
