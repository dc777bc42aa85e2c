package skypost.protocol.pop3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The body of a multi-line response (RFC 1939 section 3): lines that begin with a dot get another,
 * and a dot ends it.
 */
final class Stuffing {
  private static final int CHUNK = 16 * 1024;

  /** Where a byte stands: after CRLF (and at the beginning), after CR, elsewhere. */
  private enum Place {
    LINE_START,
    AFTER_CR,
    INSIDE
  }

  private Stuffing() {}

  /**
   * Copies all bytes as they are, but for the stuffing, and ends the response. Only CRLF ends a
   * line here as everywhere; a last line without one gets it, for there is no other way to end the
   * response.
   */
  static void copy(InputStream message, OutputStream out) throws IOException {
    byte[] chunk = new byte[CHUNK];
    Place place = Place.LINE_START;
    for (int length; (length = message.read(chunk)) >= 0; ) {
      int sent = 0;
      for (int i = 0; i < length; i++) {
        byte b = chunk[i];
        if (b == '.' && place == Place.LINE_START) {
          out.write(chunk, sent, i - sent);
          out.write('.');
          sent = i;
        }
        place =
            b == '\r'
                ? Place.AFTER_CR
                : b == '\n' && place == Place.AFTER_CR ? Place.LINE_START : Place.INSIDE;
      }
      out.write(chunk, sent, length - sent);
    }
    if (place != Place.LINE_START) {
      out.write('\r');
      out.write('\n');
    }
    out.write('.');
    out.write('\r');
    out.write('\n');
  }
}
