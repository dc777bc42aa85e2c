package skypost.protocol.mime;

import java.io.ByteArrayOutputStream;

/** Lines in quoted-printable (RFC 2045 section 6.7), as they stream by. */
public final class QuotedPrintable {
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
  public void write(byte[] octets, int count, boolean ended, ByteArrayOutputStream out) {
    write(octets, 0, count, true, out);
    if (ended) {
      lineEnd(out);
    }
  }

  /**
   * Encodes a part of a line; a CR or LF in it is content, and no line end.
   *
   * @param last whether the line may end behind it, so that no white space may stand there bare
   */
  void write(byte[] octets, int from, int to, boolean last, ByteArrayOutputStream out) {
    for (int i = from; i < to; i++) {
      byte octet = octets[i];
      boolean blank = octet == ' ' || octet == '\t';
      boolean plain = octet > ' ' && octet < 127 && octet != '=';
      if (column == MAX_LINE - 1) {
        softBreak(out);
      }
      if (octet == '-'
          && column == 0) { // RFC 2046 section 5.1.1: what begins with two is a delimiter
        write(octet, out);
      } else if (plain || (blank && !(last && i + 1 == to))) {
        out.write(octet);
        column++;
      } else {
        write(octet, out);
      }
    }
  }

  private void write(byte octet, ByteArrayOutputStream out) {
    if (column + 3 > MAX_LINE - 1) {
      softBreak(out);
    }
    out.write('=');
    out.write(HEX[(octet & 0xff) >> 4]);
    out.write(HEX[octet & 0xf]);
    column += 3;
  }

  private void softBreak(ByteArrayOutputStream out) {
    out.write('=');
    lineEnd(out);
  }

  /** Whether something stands in the line that was written last. */
  boolean isInsideLine() {
    return column > 0;
  }

  /** Ends a line of the content. */
  void lineEnd(ByteArrayOutputStream out) {
    out.write('\r');
    out.write('\n');
    column = 0;
  }
}
