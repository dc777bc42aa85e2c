package skypost.aws.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.http.SdkHttpFullResponse;

/** Reads what comes on a connection: heads of answers, and the octets between them. */
final class ResponseReader {
  private static final int MAX_LINE = 64 << 10;
  private static final int MAX_LINES = 200;

  private final InputStream in;
  private final byte[] buffer = new byte[8 << 10];
  private int from;
  private int to;
  private boolean begun;

  ResponseReader(InputStream in) {
    this.in = in;
  }

  /** Whether anything of an answer has come. */
  boolean hasBegun() {
    return begun;
  }

  /** The answer is over; false when there is more than the answer. */
  boolean isAtRest() {
    begun = false;
    return from == to;
  }

  /** Whether the host has closed the connection, or says what nobody asked. */
  boolean hasEnded() throws IOException {
    if (to > from) {
      return true;
    }
    try {
      in.read();
      return true;
    } catch (SocketTimeoutException silent) {
      return false;
    }
  }

  /** The status line and the fields of an answer (RFC 9112 sections 4 and 5). */
  SdkHttpFullResponse head() throws IOException {
    String status = line();
    if (!status.startsWith("HTTP/1.") || status.length() < 12) {
      throw new IOException("no HTTP answer: " + status);
    }
    SdkHttpFullResponse.Builder response = SdkHttpFullResponse.builder();
    try {
      response.statusCode(Integer.parseInt(status, 9, 12, 10));
    } catch (NumberFormatException malformed) {
      throw new IOException("no HTTP answer: " + status);
    }
    response.statusText(status.length() > 13 ? status.substring(13) : "");
    int lines = 0;
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon <= 0 || ++lines > MAX_LINES) {
        throw new IOException("no header field: " + line);
      }
      response.appendHeader(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    return response.build();
  }

  /** A line without its end. */
  String line() throws IOException {
    StringBuilder before = null;
    while (true) {
      for (int i = from; i < to; i++) {
        if (buffer[i] == '\n') {
          int end = i > from && buffer[i - 1] == '\r' ? i - 1 : i;
          String text = new String(buffer, from, end - from, StandardCharsets.ISO_8859_1);
          from = i + 1;
          return before == null ? text : whole(before.append(text), end == i);
        }
      }
      before = before == null ? new StringBuilder() : before;
      before.append(new String(buffer, from, to - from, StandardCharsets.ISO_8859_1));
      from = to;
      if (before.length() > MAX_LINE) {
        throw new IOException("a line of an answer is too long");
      }
      fill();
    }
  }

  /** The CR may have come with the piece before. */
  private static String whole(StringBuilder line, boolean withoutCr) {
    int end = line.length() - 1;
    return withoutCr && end >= 0 && line.charAt(end) == '\r'
        ? line.substring(0, end)
        : line.toString();
  }

  private void fill() throws IOException {
    from = 0;
    to = 0;
    int count = in.read(buffer, 0, buffer.length);
    if (count < 0) {
      throw HttpConnection.cutOff();
    }
    begun = true;
    to = count;
  }

  /** As {@link InputStream#read(byte[], int, int)}. */
  int read(byte[] target, int offset, int length) throws IOException {
    if (from == to) {
      if (length >= buffer.length) {
        return in.read(target, offset, length);
      }
      int count = in.read(buffer, 0, buffer.length);
      if (count < 0) {
        return -1;
      }
      from = 0;
      to = count;
    }
    int count = Math.min(length, to - from);
    System.arraycopy(buffer, from, target, offset, count);
    from += count;
    return count;
  }
}
