package skypost.protocol.mime;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * Whatever comes as BINARYMIME (RFC 3030 section 3), in whatever blocks: the same comes out, and in
 * what comes out nothing is left to convert.
 */
class BinaryMimeFuzzTest {
  private record Converted(byte[] octets, Optional<String> fault) {}

  @FuzzTest(maxDuration = "5s")
  void blocksDoNotMatterAndNothingIsConvertedTwice(byte[] message) {
    Converted whole = convert(message, Math.max(1, message.length));
    for (int block : new int[] {1, 7}) {
      Converted again = convert(message, block);
      assertThat(again.fault()).isEqualTo(whole.fault());
      if (whole.fault().isEmpty()) {
        assertThat(again.octets()).isEqualTo(whole.octets());
      }
    }
    if (whole.fault().isEmpty()) {
      Converted twice = convert(whole.octets(), 1000);
      assertThat(twice.fault()).isEmpty();
      assertThat(twice.octets()).isEqualTo(whole.octets());
    }
  }

  private static Converted convert(byte[] message, int block) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryMimeConverter converter = new BinaryMimeConverter(out::write);
    for (int i = 0; i < message.length; i += block) {
      converter.write(message, i, Math.min(block, message.length - i));
    }
    converter.end();
    return new Converted(out.toByteArray(), converter.fault());
  }
}
