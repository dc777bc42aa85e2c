package skypost.local.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An answer, with its body in memory or in a stream of known length. */
public final class HttpAnswer implements AutoCloseable {
  private static final int PIECE = 64 << 10;

  private final int status;
  private final StringBuilder head = new StringBuilder(256);
  private final byte[] body;
  private final InputStream stream;
  private final long length;

  private HttpAnswer(int status, byte[] body, InputStream stream, long length) {
    this.status = status;
    this.body = body;
    this.stream = stream;
    this.length = length;
  }

  /** An answer without a body. */
  public static HttpAnswer of(int status) {
    return new HttpAnswer(status, new byte[0], null, 0);
  }

  /** An answer with its body in memory. */
  public static HttpAnswer of(int status, String contentType, byte[] body) {
    return of(status, body).with("Content-Type", contentType);
  }

  /** The same, of a type that is told otherwise. */
  public static HttpAnswer of(int status, byte[] body) {
    return new HttpAnswer(status, body, null, body.length);
  }

  /**
   * An answer whose body is read while it is sent.
   *
   * @param length octets of the body, all of which the stream must have
   * @param stream closed with the answer
   */
  public static HttpAnswer of(int status, long length, InputStream stream) {
    return new HttpAnswer(status, new byte[0], stream, length);
  }

  /** An answer to HEAD, or to what else has no body but tells its length. */
  public static HttpAnswer withoutBody(int status, long length) {
    return new HttpAnswer(status, new byte[0], null, length);
  }

  /** Adds a header; it must not have line ends. */
  public HttpAnswer with(String name, String value) {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("a header of two lines: " + name);
    }
    head.append(name).append(": ").append(value).append("\r\n");
    return this;
  }

  void write(OutputStream out, boolean withBody, boolean last) throws IOException {
    StringBuilder text = new StringBuilder(head.length() + 96);
    text.append("HTTP/1.1 ").append(status).append(' ').append(reason(status)).append("\r\n");
    if (status != 204) { // RFC 9110 section 8.6
      text.append("Content-Length: ").append(length).append("\r\n");
    }
    text.append("Date: ").append(Dates.now()).append("\r\n");
    text.append(head).append(last ? "Connection: close\r\n\r\n" : "\r\n");
    byte[] octets = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    if (!withBody || length == 0) {
      out.write(octets);
    } else if (stream == null) {
      byte[] whole = Arrays.copyOf(octets, octets.length + body.length); // one packet, one write
      System.arraycopy(body, 0, whole, octets.length, body.length);
      out.write(whole);
    } else {
      out.write(octets);
      copy(out);
    }
  }

  private void copy(OutputStream out) throws IOException {
    byte[] piece = new byte[(int) Math.min(PIECE, length)];
    for (long left = length; left > 0; ) {
      int count = stream.read(piece, 0, (int) Math.min(piece.length, left));
      if (count < 0) {
        throw new IOException("the body ended too early");
      }
      out.write(piece, 0, count);
      left -= count;
    }
  }

  /** RFC 9110 section 15; clients do not read it. */
  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 202 -> "Accepted";
      case 204 -> "No Content";
      case 206 -> "Partial Content";
      case 304 -> "Not Modified";
      case 400 -> "Bad Request";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 409 -> "Conflict";
      case 412 -> "Precondition Failed";
      case 416 -> "Range Not Satisfiable";
      case 500 -> "Internal Server Error";
      case 501 -> "Not Implemented";
      default -> "Status";
    };
  }

  @Override
  public void close() throws IOException {
    if (stream != null) {
      stream.close();
    }
  }
}
