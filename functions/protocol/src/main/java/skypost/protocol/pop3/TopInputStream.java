package skypost.protocol.pop3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A message down to a number of lines of its body: header, blank line, lines (RFC 1939 section 7,
 * TOP).
 */
final class TopInputStream extends FilterInputStream {
  private long linesLeft;
  private boolean inHeader = true;
  private boolean lineIsEmpty = true;
  private int previous = -1;
  private boolean ended;

  TopInputStream(InputStream message, int lines) {
    super(message);
    this.linesLeft = lines;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (ended) {
      return -1;
    }
    int count = in.read(bytes, offset, length);
    for (int i = 0; i < count; i++) {
      if (endsWith(bytes[offset + i])) {
        ended = true;
        return i + 1;
      }
    }
    return count;
  }

  /** Whether this byte is the last that is wanted. */
  private boolean endsWith(byte b) {
    boolean lineEnds = b == '\n' && previous == '\r';
    previous = b;
    if (!lineEnds) {
      lineIsEmpty &= b == '\r';
      return false;
    }
    boolean empty = lineIsEmpty;
    lineIsEmpty = true;
    if (!inHeader) {
      return --linesLeft == 0;
    }
    inHeader = !empty;
    return !inHeader && linesLeft == 0;
  }

  @Override
  public long skip(long n) throws IOException {
    throw new IOException("not for skipping");
  }

  @Override
  public int available() {
    return 0;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
