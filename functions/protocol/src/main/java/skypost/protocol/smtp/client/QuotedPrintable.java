package skypost.protocol.smtp.client;

import java.io.ByteArrayOutputStream;

/** Lines in quoted-printable (RFC 2045 section 6.7), as they stream by. */
final class QuotedPrintable {
  private static final int MAX_LINE = 76; // with the = of a soft line break
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
  };

  private int column;

  /**
   * Encodes a line or a part of one.
   *
   * @param ended whether the line is over; its CRLF is written and not among the octets
   */
  void write(byte[] octets, int count, boolean ended, ByteArrayOutputStream out) {
    for (int i = 0; i < count; i++) {
      byte octet = octets[i];
      boolean blank = octet == ' ' || octet == '\t';
      boolean plain = octet > ' ' && octet < 127 && octet != '=';
      if (plain || (blank && i + 1 < count)) {
        room(1, out);
        out.write(octet);
        column++;
      } else {
        room(3, out);
        out.write('=');
        out.write(HEX[(octet & 0xff) >> 4]);
        out.write(HEX[octet & 0xf]);
        column += 3;
      }
    }
    if (ended) {
      lineEnd(out);
    }
  }

  private void room(int octets, ByteArrayOutputStream out) {
    if (column + octets > MAX_LINE - 1) {
      out.write('=');
      lineEnd(out);
    }
  }

  private void lineEnd(ByteArrayOutputStream out) {
    out.write('\r');
    out.write('\n');
    column = 0;
  }
}
