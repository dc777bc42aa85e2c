package skypost.protocol.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.protocol.net.Wire;

/**
 * Whatever comes in whatever state: answers that are answers, a maildrop that is left as it was,
 * and no fault of ours.
 */
class Pop3FuzzTest {
  private static final int SESSIONS = 300;
  private static final String LOGIN = "USER anna\r\nPASS pass word\r\n";
  private static final List<String> KEYWORDS =
      List.of(
          "USER",
          "PASS",
          "AUTH",
          "AUTH PLAIN",
          "AUTH SCRAM-SHA-256 biwsbj1hLHI9Yg==",
          "biwsbj1hLHI9Yg==",
          "CAPA",
          "UTF8",
          "LANG",
          "LANG zh",
          "STLS",
          "QUIT",
          "STAT",
          "LIST",
          "UIDL",
          "RETR",
          "TOP",
          "DELE",
          "RSET",
          "NOOP",
          "retr",
          "Top",
          "*",
          "");
  private static final List<String> ARGUMENTS =
      List.of(
          "anna",
          "pass word",
          "1",
          "2",
          "3",
          "4",
          "0",
          "-1",
          "999999999999999999999",
          "1 1",
          "3 0",
          "1 2 3",
          "AGFubmEAeA==",
          "=",
          "*",
          "\0",
          "\t",
          "\u00e9",
          "\u212a",
          "  ",
          "%",
          "x".repeat(300));

  @ParameterizedTest(name = "after \"{0}\"")
  @ValueSource(
      strings = {
        "",
        "USER anna\r\n",
        LOGIN,
        LOGIN + "LIST\r\n",
        LOGIN + "DELE 1\r\n",
        LOGIN + "RETR 2\r\nRSET\r\n",
        "AUTH PLAIN\r\n"
      })
  void garbageInEveryState(String prologue) throws IOException {
    SplittableRandom random = new SplittableRandom(prologue.hashCode());
    for (int session = 0; session < SESSIONS; session++) {
      StringBuilder input = new StringBuilder(prologue);
      for (int line = random.nextInt(1, 12); line > 0; line--) {
        input.append(line(random));
      }
      check(input.toString());
    }
  }

  private static String line(SplittableRandom random) {
    StringBuilder line = new StringBuilder();
    switch (random.nextInt(8)) {
      case 0 -> random.ints(random.nextInt(40), 0, 256).forEach(octet -> line.append((char) octet));
      case 1 -> line.append(pick(random, KEYWORDS));
      default -> line.append(pick(random, KEYWORDS)).append(' ').append(pick(random, ARGUMENTS));
    }
    if (random.nextInt(30) == 0) {
      line.setLength(random.nextInt(line.length() + 1)); // half a command
      return line.toString();
    }
    return line.append(random.nextInt(40) == 0 ? "\n" : "\r\n").toString();
  }

  private static String pick(SplittableRandom random, List<String> from) {
    return from.get(random.nextInt(from.size()));
  }

  private static void check(String input) throws IOException {
    TestMaildrops drops = new TestMaildrops();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    var in = new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1));
    Pop3Options options =
        new Pop3Options("pop", Optional.empty(), client -> true, Duration.ofMinutes(1));
    try (Wire wire = Wire.over(in, output, InetAddress.getLoopbackAddress())) {
      Pop3Connection.serve(wire, options, drops, Pop3Monitor.NONE);
    } catch (IOException hungUp) {
      assertThat(Wire.isPeerGone(hungUp)).as(input).isTrue();
    }
    String said = output.toString(StandardCharsets.ISO_8859_1);
    assertThat(said).as(input).startsWith("+OK pop").endsWith("\r\n");
    assertThat(said.replace("\r\n", "")).as(input).doesNotContain("\r", "\n");
    assertThat(said.lines().toList())
        .as(input)
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(510));
    assertThat(drops.isHeld()).as(input).isFalse();
    assertThat(drops.openStreams()).as(input).isZero();
    if (!said.contains("signing off")) {
      assertThat(drops.left).as(input).isEqualTo(TestMaildrops.MESSAGES);
    }
  }
}
