package skypost.local.http;

import java.io.EOFException;
import java.io.IOException;
import skypost.protocol.io.BlockInputStream;

/** The body of one request: so many octets, or chunks (RFC 9112 section 7.1). */
final class RequestBody extends BlockInputStream {
  private static final int MAX_LINE = 256;

  private final RequestReader connection;
  private final boolean chunked;
  private long left;
  private boolean begun;
  private boolean ended;
  private boolean expected;

  /**
   * @param length -1 for chunks
   * @param expectsContinue whether the client waits to be asked for it
   */
  RequestBody(RequestReader connection, long length, boolean expectsContinue) {
    this.connection = connection;
    this.chunked = length < 0;
    this.left = Math.max(0, length);
    this.ended = length == 0;
    this.expected = expectsContinue;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (expected && !ended) {
      expected = false;
      connection.sendContinue();
    }
    if (chunked && left == 0 && !ended) {
      nextChunk();
    }
    if (ended) {
      return -1;
    }
    int count = connection.read(target, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException("the body is cut off");
    }
    left -= count;
    ended = !chunked && left == 0;
    return count;
  }

  private void nextChunk() throws IOException {
    if (begun && !line().isEmpty()) {
      throw new BadRequest("a chunk is longer than it says");
    }
    begun = true;
    String line = line();
    int semicolon = line.indexOf(';');
    try {
      left = Long.parseLong((semicolon < 0 ? line : line.substring(0, semicolon)).strip(), 16);
    } catch (NumberFormatException malformed) {
      throw new BadRequest("not a chunk");
    }
    if (left < 0) {
      throw new BadRequest("not a chunk");
    }
    if (left == 0) {
      ended = true;
      while (!line().isEmpty()) {
        // trailer fields say nothing here
      }
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    byte[] one = new byte[1];
    while (connection.read(one, 0, 1) > 0) {
      if (one[0] == '\n') {
        int end = line.length() - 1;
        if (end >= 0 && line.charAt(end) == '\r') {
          return line.substring(0, end);
        }
        throw new BadRequest("a line without its CR");
      }
      if (line.length() == MAX_LINE) {
        throw new BadRequest("a line is too long");
      }
      line.append((char) (one[0] & 0xff));
    }
    throw new EOFException("the body is cut off");
  }

  boolean finish(int most) throws IOException {
    if (ended) {
      return true;
    }
    if (expected) {
      return false; // the client may send it or not
    }
    byte[] forgotten = new byte[8 << 10];
    for (long read = 0; read <= most; ) {
      int count = read(forgotten, 0, forgotten.length);
      if (count < 0) {
        return true;
      }
      read += count;
    }
    return false;
  }
}
