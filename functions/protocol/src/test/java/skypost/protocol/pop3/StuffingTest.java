package skypost.protocol.pop3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StuffingTest {
  @ParameterizedTest
  @CsvSource({
    "'', .|",
    ".|, ..|.|",
    "a, a|.|",
    ".a|.b|, ..a|..b|.|",
    "a|., a|..|.|",
    "a.b|, a.b|.|",
    "|.|, |..|.|"
  })
  void dotsAtTheBeginningOfALineAreDoubled(String message, String sent) throws IOException {
    assertThat(stuff(message.replace("|", "\r\n"))).isEqualTo(sent.replace("|", "\r\n"));
  }

  @Test
  void onlyCrlfEndsALine() throws IOException {
    assertThat(stuff("a\n.b\r.c\r\r\n.d\r\n")).isEqualTo("a\n.b\r.c\r\r\n..d\r\n.\r\n");
    assertThat(stuff("a\r")).isEqualTo("a\r\r\n.\r\n");
  }

  @Test
  void whatAClientUndoesIsTheMessage() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    String alphabet = "..\r\n\r\na";
    for (int run = 0; run < 2_000; run++) {
      StringBuilder message = new StringBuilder();
      random
          .ints(random.nextInt(30), 0, alphabet.length())
          .forEach(i -> message.append(alphabet.charAt(i)));
      String whole = message + "\r\n";
      String sent = stuff(whole);
      assertThat(sent.indexOf("\r\n.\r\n", 0))
          .as(whole)
          .isEqualTo(sent.length() - 5); // the end, and nowhere before
      String body = sent.substring(0, sent.length() - 3);
      assertThat(("\r\n" + body).replace("\r\n.", "\r\n").substring(2)).isEqualTo(whole);
    }
  }

  @Test
  void aMessageLargerThanTheHeapPassesThrough() throws IOException {
    long size = 1L << 30;
    long[] sent = {0};
    InputStream endless =
        new InputStream() {
          private long left = size;

          @Override
          public int read() {
            throw new UnsupportedOperationException("in blocks only");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            int count = (int) Math.min(left, length);
            left -= count;
            return count == 0 ? -1 : count; // NULs
          }
        };
    Stuffing.copy(
        endless,
        new OutputStream() {
          @Override
          public void write(int octet) {
            sent[0]++;
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            sent[0] += length;
          }
        });
    assertThat(sent[0]).isEqualTo(size + "\r\n.\r\n".length());
  }

  private static String stuff(String message) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Stuffing.copy(new ByteArrayInputStream(message.getBytes(ISO_8859_1)), out);
    return out.toString(ISO_8859_1);
  }
}
