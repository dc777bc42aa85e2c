package skypost.mail.message;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The header block of a raw message (RFC 5322 section 2.1), as far as it is of reasonable size:
 * what listings show and bounces give back.
 */
public final class HeaderBlock {
  static final int MAX_OCTETS =
      64 * 1024; // a header block larger than this is nobody's honest work

  private HeaderBlock() {}

  /**
   * Reads up to the empty line, which is left out; at most {@value #MAX_OCTETS} octets, cut at a
   * line's end.
   */
  public static byte[] read(InputStream message) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream(4096);
    byte[] buffer = new byte[4096];
    int lineStart = 0; // index within the block of the line being read
    while (block.size() < MAX_OCTETS) {
      int count = message.read(buffer, 0, Math.min(buffer.length, MAX_OCTETS - block.size()));
      if (count < 0) {
        return block.toByteArray();
      }
      for (int i = 0; i < count; i++) {
        block.write(buffer[i]);
        if (buffer[i] == '\n') {
          if (block.size() - lineStart
              <= 2) { // CRLF alone, or a bare LF from a store that is not ours
            return Arrays.copyOf(block.toByteArray(), lineStart);
          }
          lineStart = block.size();
        }
      }
    }
    return Arrays.copyOf(block.toByteArray(), lineStart == 0 ? block.size() : lineStart);
  }

  /** A header field's value as text, unfolded; empty when it is not there. */
  public static String field(byte[] block, String name) {
    String text = new String(block, StandardCharsets.ISO_8859_1).replaceAll("\r?\n[ \t]+", " ");
    for (String line : text.split("\r?\n")) {
      if (line.regionMatches(true, 0, name + ":", 0, name.length() + 1)) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "";
  }

  /** The Subject, unfolded and decoded (RFC 2047, RFC 6532); empty when there is none. */
  public static String subject(byte[] block) {
    try {
      var headers = new InternetHeaders(new ByteArrayInputStream(block), true);
      String[] subjects = headers.getHeader("Subject");
      return subjects == null ? "" : decode(MimeUtility.unfold(subjects[0]));
    } catch (MessagingException malformed) {
      return ""; // a message without a readable header is still delivered
    }
  }

  private static String decode(String text) {
    try {
      return MimeUtility.decodeText(text).strip();
    } catch (UnsupportedEncodingException unknownCharset) {
      return text.strip();
    }
  }
}
