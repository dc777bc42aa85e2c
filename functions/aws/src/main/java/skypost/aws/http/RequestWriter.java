package skypost.aws.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/** Writes one request: head and small content in one piece. */
final class RequestWriter {
  private static final int SIZE = 16 << 10;

  private final OutputStream out;
  private final Origin origin;
  private final byte[] buffer = new byte[SIZE];
  private int length;
  private long content = -1;
  private boolean expects;

  RequestWriter(OutputStream out, Origin origin) {
    this.out = out;
    this.origin = origin;
  }

  /** Whether the client shall hear whether its content is wanted (RFC 9110 section 10.1.1). */
  boolean expectsContinue() {
    return expects;
  }

  /** Writes the head; when an answer is expected before the content, it is sent. */
  void head(SdkHttpRequest request, boolean hasContent) throws IOException {
    StringBuilder head = new StringBuilder(1024);
    String path = request.encodedPath();
    head.append(request.method().name()).append(' ').append(path.isEmpty() ? "/" : path);
    request.encodedQueryParameters().ifPresent(query -> head.append('?').append(query));
    head.append(" HTTP/1.1\r\n");
    if (request.firstMatchingHeader("Host").isEmpty()) {
      field(head, "Host", origin.name());
    }
    request.forEachHeader((name, values) -> fields(head, name, values));
    if (content < 0 && hasContent) {
      throw new IOException("content of unknown length");
    }
    if (content < 0 && takesContent(request.method())) {
      field(head, "Content-Length", "0");
    }
    byte[] octets = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    write(octets, octets.length);
    if (expects) {
      flush();
    }
  }

  private static boolean takesContent(SdkHttpMethod method) {
    return method == SdkHttpMethod.POST
        || method == SdkHttpMethod.PUT
        || method == SdkHttpMethod.PATCH;
  }

  private void fields(StringBuilder head, String name, List<String> values) {
    if (name.equalsIgnoreCase("Content-Length")) {
      content = Long.parseLong(values.getFirst());
    } else if (name.equalsIgnoreCase("Expect")) {
      expects = values.getFirst().equalsIgnoreCase("100-continue");
    }
    for (String value : values) {
      field(head, name, value);
    }
  }

  private static void field(StringBuilder head, String name, String value) {
    if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
      throw new IllegalArgumentException("a header of two lines: " + name);
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }

  /** Writes the content; it must be as long as the head said. */
  void content(InputStream from) throws IOException {
    long left = content;
    while (left > 0) {
      if (length == SIZE) {
        flush();
      }
      int count = from.read(buffer, length, (int) Math.min(left, SIZE - length));
      if (count < 0) {
        throw new IOException("the content is shorter than it said");
      }
      length += count;
      left -= count;
    }
  }

  private void write(byte[] octets, int count) throws IOException {
    for (int from = 0; from < count; ) {
      int some = Math.min(count - from, SIZE - length);
      System.arraycopy(octets, from, buffer, length, some);
      length += some;
      from += some;
      if (length == SIZE) {
        flush();
      }
    }
  }

  void flush() throws IOException {
    if (length > 0) {
      out.write(buffer, 0, length);
      length = 0;
    }
  }
}
