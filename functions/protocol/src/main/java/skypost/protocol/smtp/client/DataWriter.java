package skypost.protocol.smtp.client;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes content as DATA wants it: dots stuffed (RFC 5321 section 4.5.2), lines ended with CRLF,
 * and never a CR or LF alone (section 2.3.8), for which a receiver may see another end of data than
 * we do.
 */
final class DataWriter {
  private final OutputStream out;
  private boolean lineStart = true;
  private boolean afterCr;

  /**
   * @param out buffered
   */
  DataWriter(OutputStream out) {
    this.out = out;
  }

  void write(byte[] octets, int count) throws IOException {
    int from = 0; // the first octet not yet written
    for (int i = 0; i < count; i++) {
      byte octet = octets[i];
      if (octet == '\n' || octet == '\r' || afterCr || (lineStart && octet == '.')) {
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
    if (lineStart && octet == '.') {
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

  /** Ends the last line where it has no end, and the content. */
  void end() throws IOException {
    if (afterCr || !lineStart) {
      endLine();
    }
    out.write('.');
    endLine();
  }
}
