package skypost.local.whole;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Messages as they occur: made here in many shapes, and the shared corpus in addition where it is
 * there.
 */
final class RealMessages {
  private static final int MAX_LINE = 998; // RFC 5322 section 2.1.1, without CRLF

  private RealMessages() {}

  /** At least {@code count} messages, every line ended by CRLF and no longer than 998 octets. */
  static List<byte[]> all(int count) throws IOException {
    List<byte[]> messages = new ArrayList<>(corpus());
    messages.addAll(extremes());
    Random random = new Random(25);
    while (messages.size() < count) {
      messages.add(made(random, messages.size()));
    }
    return messages;
  }

  private static List<byte[]> corpus() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve("shared/corpus"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      return List.of();
    }
    List<byte[]> messages = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder.resolve("shared/corpus"))) {
      for (Path file :
          files.filter(each -> each.toString().matches(".*\\.(eml|msg)")).sorted().toList()) {
        byte[] message = toCrlf(Files.readAllBytes(file));
        if (longestLine(message) <= MAX_LINE) {
          messages.add(message);
        }
      }
    }
    return messages;
  }

  private static List<byte[]> extremes() {
    Random random = new Random(10);
    byte[] tenMegabytes = new byte[10_000_000];
    random.nextBytes(tenMegabytes);
    String header = "From: a@example.com\r\nTo: b@example.com\r\nSubject: extreme\r\n";
    return List.of(
        bytes(header + "\r\n" + ".\r\n..\r\n.leading\r\n...\r\nend\r\n"),
        bytes(
            header
                + "\r\n"
                + "x".repeat(MAX_LINE)
                + "\r\n"
                + "."
                + "y".repeat(MAX_LINE - 1)
                + "\r\n"),
        bytes(header + "\r\n"),
        bytes("\r\nno header at all\r\n"),
        bytes(header + "\r\n\r\n\r\n\r\n"),
        latin1(
            header
                + "Content-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\u00fc\u00dfe \u00ff\u00fe\u0080\r\n"),
        bytes(
            header
                + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n你好，世界 📬\r\n"),
        bytes(
            header
                + "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(tenMegabytes)
                + "\r\n"));
  }

  private static byte[] made(Random random, int number) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes(
        bytes(
            "From: s"
                + number
                + "@example.com\r\nMessage-ID: <"
                + number
                + "@example.com>\r\nSubject: made "
                + number
                + "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_"
                + number
                + "\"\r\n\r\n"));
    int lines = random.nextInt(400);
    for (int i = 0; i < lines; i++) {
      byte[] line = new byte[random.nextInt(120)];
      random.nextBytes(line);
      for (int j = 0; j < line.length; j++) {
        // any octet that SMTP carries in a line: no NUL, CR, LF
        line[j] = line[j] == 0 || line[j] == '\r' || line[j] == '\n' ? (byte) '.' : line[j];
      }
      message.writeBytes(random.nextInt(5) == 0 ? bytes(".") : new byte[0]);
      message.writeBytes(line);
      message.writeBytes(bytes("\r\n"));
    }
    return message.toByteArray();
  }

  private static byte[] toCrlf(byte[] message) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream(message.length + 1000);
    for (int i = 0; i < message.length; i++) {
      byte octet = message[i];
      if (octet == '\n' || octet == '\r') {
        lines.write('\r');
        lines.write('\n');
        i += octet == '\r' && i + 1 < message.length && message[i + 1] == '\n' ? 1 : 0;
      } else if (octet != 0) {
        lines.write(octet);
      }
    }
    byte[] ended = lines.toByteArray();
    if (ended.length == 0 || ended[ended.length - 1] != '\n') {
      lines.write('\r');
      lines.write('\n');
    }
    return lines.toByteArray();
  }

  private static int longestLine(byte[] message) {
    int longest = 0;
    int length = 0;
    for (byte octet : message) {
      length = octet == '\n' ? 0 : length + 1;
      longest = Math.max(longest, length);
    }
    return longest - 1; // without the CR
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
