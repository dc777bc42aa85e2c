package skypost.protocol.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * BDAT (RFC 3030): whatever is said after MAIL and RCPT, chunks or not, in whatever blocks, the
 * session ends in peace, and text that is stored has no bare CR or LF.
 */
class BdatFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void chunksAreCountedTheSameInWhateverBlocksTheyCome(byte[] input) {
    FuzzedSession whole = FuzzedSession.of("", input, Math.max(1, input.length));
    whole.assertWellFormed();
    for (String stored : whole.stored()) {
      assertThat(stored.replace("\r\n", "")).doesNotContain("\r", "\n");
    }
    assertThat(FuzzedSession.of("", input, 3).stored()).isEqualTo(whole.stored());
    FuzzedSession binary = FuzzedSession.of(" BODY=BINARYMIME", input, 5);
    binary.assertWellFormed();
    for (String stored : binary.stored()) {
      assertThat(stored.replace("\r\n", "")).doesNotContain("\r", "\n");
    }
  }
}
