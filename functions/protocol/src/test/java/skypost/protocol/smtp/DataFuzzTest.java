package skypost.protocol.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Optional;

/**
 * The data reader against RFC 5321 read plainly: a message ends at the first CRLF dot CRLF and
 * nowhere else, whatever blocks it comes in; a bare CR or LF before that stores nothing.
 */
class DataFuzzTest {
  private static final String END = "\r\n.\r\n";

  @FuzzTest(maxDuration = "5s")
  void messageEndsWhereTheStandardSaysAndNowhereElse(byte[] content) {
    byte[] input = new byte[content.length + 6];
    System.arraycopy("DATA\r\n".getBytes(ISO_8859_1), 0, input, 0, 6);
    System.arraycopy(content, 0, input, 6, content.length);
    FuzzedSession whole = FuzzedSession.of("", input, input.length);
    whole.assertWellFormed();
    Optional<String> expected = expected(new String(content, ISO_8859_1));
    if (expected.isEmpty()) {
      assertThat(whole.stored()).isEmpty();
    } else if (fits(expected.get())) {
      assertThat(whole.stored()).isNotEmpty();
      assertThat(whole.stored().getFirst()).isEqualTo(expected.get());
    }
    for (String stored : whole.stored()) {
      assertThat(stored.replace("\r\n", "")).doesNotContain("\r", "\n");
    }
    assertThat(FuzzedSession.of("", input, 1)).isEqualTo(whole);
    assertThat(FuzzedSession.of("", input, 7)).isEqualTo(whole);
  }

  /** Section 4.5.2 and 2.3.8, on the text as a whole; empty when it has no end that counts. */
  private static Optional<String> expected(String text) {
    String framed = "\r\n" + text; // the CRLF of DATA may begin the end
    int end = framed.indexOf(END);
    if (end < 0) {
      return Optional.empty();
    }
    String lines = framed.substring(2, Math.max(2, end + 2));
    String unended = lines.replace("\r\n", "");
    if (unended.indexOf('\r') >= 0 || unended.indexOf('\n') >= 0) {
      return Optional.empty();
    }
    return Optional.of(("\r\n" + lines).replace("\r\n.", "\r\n").substring(2));
  }

  /** Within the limits of size, of lines and of Received fields. */
  private static boolean fits(String message) {
    return message.length() <= 10_000
        && message.lines().allMatch(line -> line.length() <= 998)
        && message.toLowerCase(java.util.Locale.ROOT).split("received:", -1).length <= 100;
  }
}
