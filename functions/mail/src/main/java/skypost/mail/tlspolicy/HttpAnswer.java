package skypost.mail.tlspolicy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A policy host's answer (RFC 9112), as much of it as RFC 8461 section 3.3 lets us take. */
final class HttpAnswer {
  /** RFC 8461 section 3.3: 64 KiB suggested. */
  static final int MAX_POLICY = 64 * 1024;

  private static final int MAX_LINE = 8 * 1024;
  private static final int MAX_FIELDS = 100;

  private final InputStream in;

  HttpAnswer(InputStream in) {
    this.in = in;
  }

  /**
   * @throws IOException for anything but 200 with text/plain of a bearable size
   */
  String policy() throws IOException {
    String status = line();
    // RFC 8461 section 3.3: redirects must not be followed; RFC 9112 section 4: the status line
    if (!status.matches("HTTP/1\\.[01] 200( .*)?")) {
      throw new IOException("the policy host answers " + status);
    }
    Map<String, String> fields = fields();
    String type = fields.getOrDefault("content-type", "").split(";")[0].strip();
    if (!type.equalsIgnoreCase("text/plain")) { // RFC 8461 section 3.2
      throw new IOException("the policy is of type " + type);
    }
    return new String(body(fields), StandardCharsets.UTF_8);
  }

  private Map<String, String> fields() throws IOException {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i <= MAX_FIELDS; i++) {
      String line = line();
      if (line.isEmpty()) {
        return fields;
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("malformed field " + line);
      }
      fields.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    throw new IOException("too many fields");
  }

  private byte[] body(Map<String, String> fields) throws IOException {
    if (fields.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      return chunks();
    }
    String length = fields.get("content-length");
    if (length == null) { // RFC 9112 section 6.3: until the connection is closed
      byte[] all = in.readNBytes(MAX_POLICY + 1);
      check(all.length);
      return all;
    }
    if (!length.matches("\\d{1,9}")) {
      throw new IOException("malformed length " + length);
    }
    return exactly(Integer.parseInt(length));
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      String size = line().split(";", 2)[0].strip();
      if (!size.matches("[0-9A-Fa-f]{1,7}")) {
        throw new IOException("malformed chunk");
      }
      int length = Integer.parseInt(size, 16);
      if (length == 0) {
        return all.toByteArray();
      }
      check(all.size() + (long) length);
      all.write(exactly(length));
      if (!line().isEmpty()) {
        throw new IOException("malformed chunk");
      }
    }
  }

  private byte[] exactly(int length) throws IOException {
    check(length);
    byte[] octets = in.readNBytes(length);
    if (octets.length < length) {
      throw new EOFException("the policy breaks off");
    }
    return octets;
  }

  private static void check(long length) throws IOException {
    if (length > MAX_POLICY) {
      throw new IOException("the policy is too large");
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0 || line.length() == MAX_LINE) {
        throw new EOFException("the answer breaks off, or has a line too long");
      }
      line.append((char) octet);
    }
    int end = line.length();
    return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
  }
}
