package skypost.aws.http;

import java.io.IOException;
import skypost.protocol.io.BlockInputStream;
import software.amazon.awssdk.http.SdkHttpFullResponse;

/**
 * The content of an answer (RFC 9112 section 6.3). When its end has been read the connection is
 * free, whether it is closed or not; closed before, a short rest is read and a long one ends the
 * connection.
 */
final class ResponseBody extends BlockInputStream {
  private static final int WORTH_READING = 64 << 10;

  private enum Kind {
    LENGTH,
    CHUNKS,
    REST
  }

  private final HttpConnection connection;
  private final Object user;
  private final ResponseReader in;
  private final Kind kind;
  private final boolean goesOn;
  private long left;
  private boolean betweenChunks;
  private boolean ended;

  /**
   * @param user of the connection
   * @param bodyless whether the answer has none, whatever its head says
   */
  ResponseBody(
      HttpConnection connection,
      Object user,
      ResponseReader in,
      HttpConnection.Head answer,
      boolean bodyless)
      throws IOException {
    this.connection = connection;
    this.user = user;
    this.in = in;
    SdkHttpFullResponse head = answer.response();
    boolean chunked =
        head.firstMatchingHeader("Transfer-Encoding")
            .filter(coding -> coding.equalsIgnoreCase("chunked"))
            .isPresent();
    String length = head.firstMatchingHeader("Content-Length").orElse("");
    this.kind = chunked ? Kind.CHUNKS : length.isEmpty() ? Kind.REST : Kind.LENGTH;
    boolean closes =
        head.firstMatchingHeader("Connection").filter("close"::equalsIgnoreCase).isPresent();
    this.goesOn = answer.goesOn() && !closes && (kind != Kind.REST || bodyless);
    try {
      this.left = kind == Kind.LENGTH ? Long.parseLong(length) : 0;
    } catch (NumberFormatException malformed) {
      throw new IOException("no length: " + length);
    }
    if (bodyless || kind == Kind.LENGTH && left <= 0) {
      end();
    }
  }

  private void end() {
    ended = true;
    if (goesOn) {
      connection.release(user);
    } else {
      connection.close(user);
    }
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!ended && kind == Kind.CHUNKS && left == 0) {
      nextChunk();
    }
    if (ended) {
      return -1;
    }
    int wanted = kind == Kind.REST ? length : (int) Math.min(length, left);
    int count = in.read(target, offset, wanted);
    if (count < 0) {
      if (kind != Kind.REST) {
        throw HttpConnection.cutOff();
      }
      end();
      return -1;
    }
    left -= count;
    if (kind == Kind.LENGTH && left == 0) {
      end();
    }
    return count;
  }

  /** RFC 9112 section 7.1. */
  private void nextChunk() throws IOException {
    if (betweenChunks && !in.line().isEmpty()) {
      throw new IOException("a chunk is longer than it says");
    }
    betweenChunks = true;
    String line = in.line();
    int semicolon = line.indexOf(';');
    try {
      left = Long.parseLong((semicolon < 0 ? line : line.substring(0, semicolon)).strip(), 16);
    } catch (NumberFormatException malformed) {
      throw new IOException("no chunk: " + line);
    }
    if (left < 0) {
      throw new IOException("no chunk: " + line);
    }
    if (left == 0) {
      while (!in.line().isEmpty()) {
        // trailer fields say nothing here
      }
      end();
    }
  }

  @Override
  public void close() throws IOException {
    if (ended) {
      return;
    }
    if (kind == Kind.REST || left > WORTH_READING) {
      ended = true;
      connection.close(user);
      return;
    }
    byte[] rest = new byte[8 << 10];
    try {
      for (int read = 0; read <= WORTH_READING; ) {
        int count = read(rest, 0, rest.length);
        if (count < 0) {
          return;
        }
        read += count;
      }
    } catch (IOException broken) {
      // nobody wants it any more
    }
    ended = true;
    connection.close(user);
  }
}
