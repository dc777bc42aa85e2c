package skypost.protocol.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import skypost.protocol.net.Wire;

/**
 * Every sequence of CR, LF and NUL that a careless server might take for the end of a line, before
 * and after a lone dot, with a second message behind it. Only CRLF "." CRLF ends a message (RFC
 * 5321 section 4.1.1.4).
 */
class SmugglingTest {
  private static final String SMUGGLED =
      "MAIL FROM:<evil@b.test>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\nFrom: evil\r\n\r\nsmuggled\r\n.\r\n";
  private static final String BEGIN =
      "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<alice@example.com>\r\n";

  static List<String> ends() {
    List<String> ends = new ArrayList<>(List.of(""));
    for (int length = 1, from = 0; length <= 3; length++) {
      int to = ends.size();
      for (int i = from; i < to; i++) {
        for (String octet : List.of("\r", "\n", "\0")) {
          ends.add(ends.get(i) + octet);
        }
      }
      from = to;
    }
    return ends;
  }

  static List<Arguments> named() {
    return ends().stream()
        .map(end ->
            Arguments.of(
                Named.of(
                    "before: "
                        + end.replace("\r", "CR ").replace("\n", "LF ").replace("\0", "NUL "),
                    end)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("named")
  void inDataItIsOneMessageOrNone(String before) throws IOException {
    for (String after : ends()) {
      for (int block : new int[] {1, 7, 100_000}) {
        MemorySink sink = serve(BEGIN + "DATA\r\n" + content(before, after), block);
        if (isLineEnd(before) && after.equals("\r\n")) {
          assertThat(sink.stored()).as("a real end").hasSize(2);
        } else if (isLineEnd(before) && after.startsWith("\r\n")) {
          assertThat(sink.stored()).as("a real end, then no command").hasSize(1);
          assertThat(sink.stored().getFirst().latin1()).endsWith("body" + before);
        } else {
          checkOneOrNone(sink);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("named")
  void inChunksItIsOneMessageOrNone(String before) throws IOException {
    for (String after : ends()) {
      String content = content(before, after);
      int cut = content.indexOf('.') + 1;
      String rest = content.substring(cut);
      String whole = "BDAT " + content.length() + " LAST\r\n" + content;
      String split =
          "BDAT "
              + cut
              + "\r\n"
              + content.substring(0, cut)
              + "BDAT "
              + rest.length()
              + " LAST\r\n"
              + rest;
      checkOneOrNone(serve(BEGIN + whole, 100_000));
      checkOneOrNone(serve(BEGIN + split, 5));
    }
  }

  private static String content(String before, String after) {
    return "Subject: x\r\n\r\nbody" + before + "." + after + SMUGGLED;
  }

  /** Whether a line ends there, and no bare CR or LF is within. */
  private static boolean isLineEnd(String text) {
    String rest = text.replace("\r\n", "");
    return text.endsWith("\r\n") && rest.indexOf('\r') < 0 && rest.indexOf('\n') < 0;
  }

  private static void checkOneOrNone(MemorySink sink) {
    assertThat(sink.stored()).hasSizeLessThan(2);
    for (MemorySink.Stored stored : sink.stored()) {
      assertThat(stored.latin1()).contains("smuggled");
      assertThat(stored.latin1().replace("\r\n", "")).doesNotContain("\r").doesNotContain("\n");
      assertThat(stored.transaction().sender().address().orElseThrow()).hasToString("a@b.test");
    }
  }

  private static MemorySink serve(String input, int block) throws IOException {
    MemorySink sink = new MemorySink();
    var settings =
        new SmtpSettings(
            SmtpSettings.Service.MX,
            "mx.test",
            Optional.empty(),
            Set.of(Extension.CHUNKING),
            SmtpLimits.of(100_000));
    Wire wire =
        Wire.over(
            new Blocks(input.getBytes(ISO_8859_1), block),
            new ByteArrayOutputStream(),
            InetAddress.getLoopbackAddress());
    try {
      new SmtpConnection(wire, settings, new ListGate(), sink).run();
    } catch (IOException hungUp) {
      assertThat(Wire.isPeerGone(hungUp)).isTrue();
    }
    return sink;
  }
}
