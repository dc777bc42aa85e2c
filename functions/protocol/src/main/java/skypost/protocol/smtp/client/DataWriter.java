package skypost.protocol.smtp.client;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes content as the wire wants it: lines ended with CRLF, and never a CR or LF alone (RFC 5321
 * section 2.3.8), for which a receiver may see another end of data than we do; dots stuffed where a
 * dot ends it.
 */
final class DataWriter implements ContentWriter {
  private final OutputStream out;
  private final Framing framing;
  private boolean lineStart = true;
  private boolean afterCr;

  /** How the end is told. */
  enum Framing {
    /** By a dot on a line of its own, for DATA (RFC 5321 section 4.5.2). */
    DOT,
    /** By its length; it is made of lines all the same. */
    LINES
  }

  /**
   * @param out buffered
   */
  DataWriter(OutputStream out, Framing framing) {
    this.out = out;
    this.framing = framing;
  }

  @Override
  public void write(byte[] octets, int count) throws IOException {
    int from = 0; // the first octet not yet written
    for (int i = 0; i < count; i++) {
      byte octet = octets[i];
      if (octet == '\r' && !afterCr && i + 1 < count && octets[i + 1] == '\n') {
        i++; // as nearly every line ends: it goes as it is, with those around it
        lineStart = true;
      } else if (octet == '\n' || octet == '\r' || afterCr || (lineStart && octet == '.')) {
        out.write(octets, from, i - from);
        from = i + 1;
        special(octet);
      } else {
        lineStart = false;
      }
    }
    out.write(octets, from, count - from);
  }

  private void special(byte octet) throws IOException {
    if (octet == '\n') { // with the CR before it, or alone: both end a line
      endLine();
      return;
    }
    if (afterCr) {
      endLine(); // a CR alone
    }
    if (octet == '\r') {
      afterCr = true;
      return;
    }
    if (lineStart && octet == '.' && framing == Framing.DOT) {
      out.write('.');
    }
    out.write(octet);
    lineStart = false;
  }

  private void endLine() throws IOException {
    out.write('\r');
    out.write('\n');
    lineStart = true;
    afterCr = false;
  }

  @Override
  public void end() throws IOException {
    if (afterCr || !lineStart) {
      endLine();
    }
    if (framing == Framing.DOT) {
      out.write('.');
      endLine();
    }
  }
}
