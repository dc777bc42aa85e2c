package skypost.protocol.sasl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Optional;

/**
 * Every mechanism, fed with the lines of the input: an exchange ends in a question or in a refusal
 * within a few steps, never in an exception, and never asks about nobody.
 */
class SaslFuzzTest {
  private static final int MOST_STEPS = 10;
  private static final SaslChannel CHANNEL =
      new SaslChannel(Optional.of(new byte[32]), () -> "servernonce");
  private static final ScramSalt SALT = new ScramSalt("c2FsdHNhbHQ=", 4096);

  @FuzzTest(maxDuration = "5s")
  void everyExchangeEndsInAQuestionOrARefusal(byte[] input) {
    String[] lines = new String(input, ISO_8859_1).split("\n", -1);
    for (Sasl mechanism : Sasl.values()) {
      run(mechanism, lines, true);
      run(mechanism, lines, false);
    }
  }

  /**
   * @param base64 whether the lines are as on the wire, or octets that need no decoding
   */
  private static void run(Sasl mechanism, String[] lines, boolean base64) {
    SaslStep step = answered(mechanism.begin(CHANNEL).step(Optional.empty()));
    int steps = 0;
    for (String line : lines) {
      Optional<byte[]> response =
          base64 ? Sasl.decode(line) : Optional.of(line.getBytes(ISO_8859_1));
      if (response.isEmpty() || !(step instanceof SaslStep.Challenge challenge)) {
        break;
      }
      assertThat(Sasl.encode(challenge.octets())).doesNotContain("\r", "\n");
      assertThat(++steps).isLessThanOrEqualTo(MOST_STEPS);
      step = answered(challenge.next().step(response));
    }
    if (step instanceof SaslStep.CheckToken check) {
      assertThat(check.token()).isNotEmpty();
      assertThat(check.refused().next().step(Optional.of(input(lines))))
          .isInstanceOf(SaslStep.Refused.class);
    }
    if (step instanceof SaslStep.CheckPassword check) {
      assertThat(check.username()).isNotEmpty();
      assertThat(check.password()).isNotEmpty();
    }
  }

  private static byte[] input(String[] lines) {
    return String.join("\n", lines).getBytes(ISO_8859_1);
  }

  /** Answers what is asked of the directory as if all were right. */
  private static SaslStep answered(SaslStep step) {
    return switch (step) {
      case SaslStep.FindSalt find -> {
        assertThat(find.username()).isNotEmpty();
        yield answered(find.salted(SALT));
      }
      case SaslStep.CheckProof check -> answered(check.proven("c2lnbmF0dXJl"));
      default -> step; // the client's turn, or the end
    };
  }
}
