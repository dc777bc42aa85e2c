package skypost.protocol.smtp.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The forms in which content leaves; what a server offers decides which it is. */
public enum WireForm {
  /** Its lines, each with CRLF. */
  LINES,
  /** The same in 7 bits, for a server without 8BITMIME (RFC 6152 section 3). */
  SEVEN_BIT;

  private static final int BLOCK = 16 * 1024;

  /**
   * Writes content as a server is given it, but for what only marks its end: no dots are stuffed.
   * Memory does not grow with the content.
   *
   * @param in not closed
   * @param out written to in blocks; not closed
   */
  public void write(InputStream in, OutputStream out) throws IOException {
    ContentWriter to = over(new DataWriter(out, DataWriter.Framing.LINES));
    byte[] block = new byte[BLOCK];
    for (int count = in.read(block); count >= 0; count = in.read(block)) {
      to.write(block, count);
    }
    to.end();
  }

  /** Turns stored content into this form. */
  ContentWriter over(DataWriter out) {
    return this == SEVEN_BIT ? new SevenBitWriter(out) : out;
  }
}
