package skypost.mail.message;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skypost.protocol.mime.BinaryMimeConverter;

/**
 * What Jakarta Mail reads of a message with binary parts, it reads of the converted one too: the
 * same parts with the same content, however they are nested.
 */
class BinaryMimePropertyTest {
  private static final Session SESSION = Session.getInstance(new Properties());

  static LongStream seeds() {
    return LongStream.range(0, 500);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void decodedPartsAreTheSame(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] message = new Maker(random).message();

    byte[] converted = converted(message, random);

    String text = new String(converted, StandardCharsets.ISO_8859_1);
    assertThat(text.replace("\r\n", "")).doesNotContain("\r", "\n");
    assertThat(text.toLowerCase(Locale.ROOT)).doesNotContain("encoding: binary");
    assertThat(parts(converted)).isEqualTo(parts(message));
  }

  private static byte[] converted(byte[] message, Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryMimeConverter converter = new BinaryMimeConverter(out::write);
    for (int i = 0; i < message.length; ) {
      int count = Math.min(message.length - i, 1 + random.nextInt(100));
      converter.write(message, i, count);
      i += count;
    }
    converter.end();
    assertThat(converter.fault()).isEmpty();
    return out.toByteArray();
  }

  /** Type and decoded content of each part, from the outside to the inside. */
  private static List<String> parts(byte[] message) throws MessagingException, IOException {
    List<String> parts = new ArrayList<>();
    collect(new MimeMessage(SESSION, new ByteArrayInputStream(message)), parts);
    return parts;
  }

  private static void collect(Part part, List<String> parts)
      throws MessagingException, IOException {
    parts.add(part.getContentType() + " " + part.getHeader("X-Kept")[0]);
    if (part.isMimeType("multipart/*")) {
      MimeMultipart multipart = (MimeMultipart) part.getContent();
      parts.add(multipart.getCount() + " parts");
      for (int i = 0; i < multipart.getCount(); i++) {
        collect(multipart.getBodyPart(i), parts);
      }
    } else if (part.isMimeType("message/rfc822")) {
      collect((MimeMessage) part.getContent(), parts);
    } else {
      parts.add(HexFormat.of().formatHex(part.getInputStream().readAllBytes()));
    }
  }

  /** Makes messages by chance; all are legal under BINARYMIME. */
  private static final class Maker {
    private final Random random;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int boundaries;

    Maker(Random random) {
      this.random = random;
    }

    byte[] message() {
      line("MIME-Version: 1.0");
      entity(3);
      return out.toByteArray();
    }

    private void entity(int depth) {
      line("X-Kept: " + random.nextInt(1000));
      switch (depth == 0 ? random.nextInt(3) : random.nextInt(5)) {
        case 0 -> leaf("image/png", "binary", octets());
        case 1 -> leaf("text/plain; charset=iso-8859-1", "binary", text());
        case 2 ->
            leaf("application/x", "8bit", "just\r\nlines\r\n".getBytes(StandardCharsets.US_ASCII));
        case 3 -> multipart(depth);
        default -> nested(depth);
      }
    }

    private void leaf(String type, String encoding, byte[] content) {
      boolean first = random.nextBoolean();
      if (first) {
        line("Content-Transfer-Encoding:" + (random.nextBoolean() ? "\r\n " : " ") + encoding);
      }
      line("Content-Type: " + type);
      if (!first) {
        line("content-transfer-encoding: " + encoding);
      }
      line("");
      out.writeBytes(content);
    }

    private void multipart(int depth) {
      String boundary = "b" + boundaries++ + "=_".repeat(random.nextInt(20));
      line("Content-Type: multipart/mixed;\r\n boundary=\"" + boundary + "\"");
      if (random.nextBoolean()) {
        line("Content-Transfer-Encoding: binary");
      }
      line("");
      if (random.nextBoolean()) {
        line("This is a multi-part message.");
      }
      int parts = 1 + random.nextInt(3);
      for (int i = 0; i < parts; i++) {
        line("");
        line("--" + boundary);
        entity(depth - 1);
      }
      line("");
      line("--" + boundary + "--");
      if (random.nextBoolean()) {
        line("epilogue");
      }
    }

    private void nested(int depth) {
      line("Content-Type: message/rfc822");
      if (random.nextBoolean()) {
        line("Content-Transfer-Encoding: binary");
      }
      line("");
      line("Subject: inner");
      entity(depth - 1);
    }

    private byte[] octets() {
      byte[] octets = new byte[random.nextInt(300)];
      random.nextBytes(octets);
      for (int i = 0; i < octets.length; i++) {
        if (random.nextInt(4) == 0) {
          octets[i] = (byte) "\r\n-b".charAt(random.nextInt(4)); // like line ends and delimiters
        }
      }
      return octets;
    }

    private byte[] text() {
      List<String> pieces =
          List.of("word", " ", "\t", "=", "\u00fc", "\r\n", "\n", ".", "--b0\r\n", "x".repeat(9));
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(60); i > 0; i--) {
        String piece = pieces.get(random.nextInt(pieces.size()));
        boolean atStart = text.isEmpty() || text.charAt(text.length() - 1) == '\n';
        text.append(piece.startsWith("--") && atStart ? "within a line " : "").append(piece);
      }
      return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private void line(String text) {
      out.writeBytes((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }
  }
}
