package skypost.protocol.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.ReplyParser.MalformedReply;

class ClientParsersTest {
  @Test
  void aReplyIsPutTogetherFromItsLines() throws IOException {
    ReplyParser parser = new ReplyParser();
    assertThat(parser.line("550-5.7.1 first")).isEmpty();
    assertThat(parser.line("550-second")).isEmpty();
    SmtpReply reply = parser.line("550 5.7.1 third").orElseThrow();

    assertThat(reply.lines()).containsExactly("first", "second", "third");
    assertThat(reply.enhanced()).isEqualTo("5.7.1");
    assertThat(new ReplyParser().line("250").orElseThrow().lines()).containsExactly("");
  }

  @Test
  void anEnhancedCodeOfAnotherClassIsMereText() throws IOException {
    SmtpReply reply = new ReplyParser().line("450 5.1.1 contradictory").orElseThrow();

    assertThat(reply.enhanced()).isEmpty();
    assertThat(reply.isTransient()).isTrue();
    assertThat(reply.toString()).isEqualTo("450 5.1.1 contradictory");
  }

  @Test
  void anyLineIsAReplyOrMalformedAndNothingElse() {
    Random random = new Random(5);
    String alphabet = "0123456789.- \tax\u00e9\u0000";
    for (int i = 0; i < 50_000; i++) {
      StringBuilder line =
          new StringBuilder(random.nextBoolean() ? "" + (200 + random.nextInt(400)) : "");
      for (int n = random.nextInt(12); n > 0; n--) {
        line.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThatCode(() -> tryLine(line.toString())).doesNotThrowAnyException();
    }
    assertThatThrownBy(() -> new ReplyParser().line("600 x")).isInstanceOf(MalformedReply.class);
  }

  private static void tryLine(String line) {
    try {
      new ReplyParser().line(line);
    } catch (MalformedReply expected) {
      return;
    }
  }

  @Test
  void extensionsAreReadWhateverTheyLookLike() throws IOException {
    ReplyParser parser = new ReplyParser();
    parser.line("250-mx.test hello");
    parser.line("250-size 1000");
    parser.line("250-");
    parser.line("250-AUTH=LOGIN PLAIN");
    Extensions extensions = Extensions.of(parser.line("250 PIPELINING").orElseThrow());

    assertThat(extensions.maxSize()).hasValue(1000);
    assertThat(extensions.offers("AUTH")).isTrue();
    assertThat(extensions.offers("PIPELINING")).isTrue();
    assertThat(extensions.offers("MX.TEST")).isFalse();
  }

  /**
   * Whatever goes in, in whatever pieces: no CR or LF alone, no line that is a dot but the last,
   * and unstuffing gives it back.
   */
  @Test
  void contentSurvivesAsTheReceiverReadsIt() throws IOException {
    Random random = new Random(6);
    for (int i = 0; i < 20_000; i++) {
      byte[] content = new byte[random.nextInt(12)];
      for (int n = 0; n < content.length; n++) {
        content[n] = (byte) "\r\n.a".charAt(random.nextInt(4));
      }
      String wire = write(content, random);

      assertThat(wire.replace("\r\n", "")).doesNotContain("\r", "\n");
      assertThat(wire).endsWith(".\r\n");
      String body = wire.substring(0, wire.length() - 3);
      assertThat("\r\n" + body).doesNotContain("\r\n.\r\n");
      String text = new String(content, StandardCharsets.US_ASCII).replaceAll("\r\n|\r|\n", "\r\n");
      String expected = text.isEmpty() || text.endsWith("\r\n") ? text : text + "\r\n";
      assertThat(("\r\n" + body).replace("\r\n.", "\r\n").substring(2)).isEqualTo(expected);
    }
  }

  private static String write(byte[] content, Random random) throws IOException {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    DataWriter writer = new DataWriter(wire, DataWriter.Framing.DOT);
    for (int from = 0; from < content.length; ) {
      int count = 1 + random.nextInt(content.length - from);
      writer.write(java.util.Arrays.copyOfRange(content, from, from + count), count);
      from += count;
    }
    writer.end();
    return wire.toString(StandardCharsets.US_ASCII);
  }
}
