package skypost.mail.receive;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;

/** The header section of a message (RFC 5322 section 2.2), as far as it is of reasonable size. */
final class Headers {
  private static final int MAX_OCTETS = 256 << 10;

  private final byte[] octets;

  private Headers(byte[] octets) {
    this.octets = octets;
  }

  /**
   * Reads up to the empty line that ends the header section, and of a header without end its first
   * 256 KiB.
   */
  static Headers read(InputStream content) throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream(2048);
    boolean lineEmpty = true;
    for (int octet = content.read();
        octet >= 0 && header.size() < MAX_OCTETS;
        octet = content.read()) {
      header.write(octet);
      if (octet == '\n') {
        if (lineEmpty) {
          break;
        }
        lineEmpty = true;
      } else if (octet != '\r') {
        lineEmpty = false;
      }
    }
    return new Headers(header.toByteArray());
  }

  /** The octets as they came, for a bounce to quote. */
  InputStream stream() {
    return new ByteArrayInputStream(octets);
  }

  /** The Subject, unfolded and decoded (RFC 2047); empty when there is none. */
  String subject() {
    try {
      String[] subjects = new InternetHeaders(stream(), true).getHeader("Subject");
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
