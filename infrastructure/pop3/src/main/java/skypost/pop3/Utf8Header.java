package skypost.pop3;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;

/** Whether a message needs a reader that takes UTF-8 in header fields (RFC 6532 section 3.2). */
final class Utf8Header {
  /** Octets looked at: no header is longer that a client would take. */
  private static final int MAX_HEADER = 1 << 20;

  private Utf8Header() {}

  /**
   * What was seen.
   *
   * @param found whether there is any octet beyond ASCII in the header
   * @param content the whole message, from its first octet on
   */
  record Seen(boolean found, InputStream content) {}

  /** Looks at the header of a message, which must be buffered, for it is read octet by octet. */
  static Seen look(InputStream message) throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream(2048);
    boolean found = false;
    int lineLength = 0;
    for (int octet; header.size() < MAX_HEADER && (octet = message.read()) >= 0; ) {
      header.write(octet);
      found |= octet > 127;
      if (octet == '\n') {
        if (lineLength == 0) {
          break; // the empty line
        }
        lineLength = 0;
      } else if (octet != '\r') {
        lineLength++;
      }
    }
    InputStream seen = new ByteArrayInputStream(header.toByteArray());
    return new Seen(found, new SequenceInputStream(seen, message));
  }
}
