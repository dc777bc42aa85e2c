package skypost.local.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads the requests of one connection, one after the other. */
final class RequestReader {
  private static final int MAX_HEAD = 64 << 10; // octets of request line and headers

  /** Octets of a refused body that are read: clients listen only after they have sent it. */
  private static final int MAX_LEFT = 32 << 20;

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final InputStream in;
  private final OutputStream out;
  private byte[] buffer = new byte[8 << 10];
  private int from;
  private int to;
  private RequestBody body;

  RequestReader(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /**
   * The next request, when its head is complete.
   *
   * @return null when the client has closed the connection
   * @throws BadRequest when it is none
   */
  HttpRequest next() throws IOException {
    int end = headEnd();
    if (end < 0) {
      return null;
    }
    String head = new String(buffer, from, end - from, StandardCharsets.ISO_8859_1);
    from = end + 4;
    int lineEnd = head.indexOf("\r\n");
    String line = lineEnd < 0 ? head : head.substring(0, lineEnd);
    Map<String, String> headers = headers(head, lineEnd < 0 ? head.length() : lineEnd + 2);
    String[] words = line.split(" ", -1);
    if (words.length != 3 || !words[2].equals("HTTP/1.1") || !words[1].startsWith("/")) {
      throw new BadRequest("not an HTTP/1.1 request");
    }
    long length = length(headers);
    body = new RequestBody(this, length, expectsContinue(headers));
    int mark = words[1].indexOf('?');
    return new HttpRequest(
        words[0],
        mark < 0 ? words[1] : words[1].substring(0, mark),
        mark < 0 ? "" : words[1].substring(mark + 1),
        headers,
        length,
        body);
  }

  /** Where the empty line begins; -1 at the end of the stream. */
  private int headEnd() throws IOException {
    int seen = from;
    while (true) {
      for (int i = Math.max(from, seen - 3); i + 3 < to; i++) {
        if (buffer[i] == '\r'
            && buffer[i + 1] == '\n'
            && buffer[i + 2] == '\r'
            && buffer[i + 3] == '\n') {
          return i;
        }
      }
      seen = to - from;
      if (!more()) {
        if (to > from) {
          throw new BadRequest("the head is cut off");
        }
        return -1;
      }
      seen += from;
      if (to - from > MAX_HEAD) {
        throw new BadRequest("the head is too long");
      }
    }
  }

  private static Map<String, String> headers(String head, int start) throws BadRequest {
    Map<String, String> headers = new HashMap<>(32);
    for (int at = start; at < head.length(); ) {
      int end = head.indexOf("\r\n", at);
      if (end < 0) {
        end = head.length();
      }
      int colon = head.indexOf(':', at);
      if (colon <= at || colon > end || head.charAt(colon - 1) == ' ') { // RFC 9112 section 5.1
        throw new BadRequest("not a header field");
      }
      headers.merge(
          head.substring(at, colon).toLowerCase(Locale.ROOT),
          head.substring(colon + 1, end).strip(),
          (one, other) -> one + "," + other);
      at = end + 2;
    }
    return headers;
  }

  /** RFC 9112 section 6.3. */
  private static long length(Map<String, String> headers) throws BadRequest {
    String encoding = headers.get("transfer-encoding");
    String length = headers.get("content-length");
    if (encoding != null) {
      if (length != null || !encoding.equalsIgnoreCase("chunked")) {
        throw new BadRequest("a body of unclear length");
      }
      return -1;
    }
    if (length == null) {
      return 0;
    }
    if (length.isEmpty() || length.length() > 18 || !length.chars().allMatch(c -> isDigit(c))) {
      throw new BadRequest("a body of unclear length");
    }
    return Long.parseLong(length);
  }

  private static boolean isDigit(int letter) {
    return letter >= '0' && letter <= '9';
  }

  private static boolean expectsContinue(Map<String, String> headers) {
    return "100-continue".equalsIgnoreCase(headers.get("expect"));
  }

  /**
   * Reads what was left of the request's body.
   *
   * @return false when that is too much, or was never asked for: then nothing can follow
   */
  boolean finish() throws IOException {
    return body.finish(MAX_LEFT);
  }

  void sendContinue() throws IOException {
    out.write(CONTINUE);
  }

  /** As {@link InputStream#read(byte[], int, int)}, of the connection. */
  int read(byte[] target, int offset, int length) throws IOException {
    if (to == from) {
      if (length >= buffer.length) {
        return in.read(target, offset, length);
      }
      if (!more()) {
        return -1;
      }
    }
    int count = Math.min(length, to - from);
    System.arraycopy(buffer, from, target, offset, count);
    from += count;
    return count;
  }

  private boolean more() throws IOException {
    if (from == to) {
      from = 0;
      to = 0;
    } else if (to == buffer.length) {
      if (from > 0) {
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
      } else {
        buffer = Arrays.copyOf(buffer, buffer.length * 2);
      }
    }
    int count = in.read(buffer, to, buffer.length - to);
    if (count < 0) {
      return false;
    }
    to += count;
    return true;
  }
}
