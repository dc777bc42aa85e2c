package skypost.protocol.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.protocol.smtp.client.DataWriter.Framing;

/** Escapes of the rows: {@code r} and {@code n} stand for CR and LF. */
class DataWriterTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "'', .rn",
    "Arn, Arn.rn",
    "A, Arn.rn",
    "ArnBrnrnC, ArnBrnrnCrn.rn",
    ".rnA.rn..B, ..rnA.rn...Brn.rn",
    "Arn.rnB, Arn..rnBrn.rn",
    "AnB, ArnBrn.rn",
    "ArB, ArnBrn.rn",
    "Arr, Arnrn.rn",
    "Arrn.B, Arnrn..Brn.rn",
    "An.B, Arn..Brn.rn",
    "Ar.B, Arn..Brn.rn",
    "Arnr, Arnrn.rn",
    "nrA, rnrnArn.rn",
  })
  void linesEndWithCrLfWhereverTheOctetsAreDivided(String content, String wire) throws IOException {
    for (int size = 1; size <= content.length() + 1; size++) {
      assertThat(written(octets(content), size, Framing.DOT))
          .as("in pieces of %d", size)
          .isEqualTo(octets(wire));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"Arn.rnB, Arn.rnBrn", "An.B, Arn.Brn", "'', ''"})
  void withoutADotAtTheEndNoneIsDoubled(String content, String wire) throws IOException {
    assertThat(written(octets(content), 3, Framing.LINES)).isEqualTo(octets(wire));
  }

  private static byte[] written(byte[] content, int size, Framing framing) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DataWriter writer = new DataWriter(out, framing);
    for (int from = 0; from < content.length; from += size) {
      int to = Math.min(content.length, from + size);
      writer.write(Arrays.copyOfRange(content, from, to), to - from);
    }
    writer.end();
    return out.toByteArray();
  }

  private static byte[] octets(String text) {
    return text.replace('r', '\r').replace('n', '\n').getBytes(StandardCharsets.US_ASCII);
  }
}
