package skypost.local.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/**
 * A request as it came.
 *
 * @param method such as {@code PUT}
 * @param path encoded, as in the request line
 * @param query encoded, without its question mark; empty when there is none
 * @param headers by name in lower case; several of one name are joined by commas
 * @param length of the body in octets; -1 when it comes in chunks
 * @param body of this request alone
 */
public record HttpRequest(
    String method,
    String path,
    String query,
    Map<String, String> headers,
    long length,
    InputStream body) {

  /** A header by its name in lower case. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  boolean keepsAlive() {
    return !"close".equalsIgnoreCase(headers.get("connection"));
  }

  /**
   * Reads the body.
   *
   * @return null when there are more than {@code most} octets
   */
  public byte[] body(int most) throws IOException {
    if (length > most) {
      return null;
    }
    byte[] octets = body.readNBytes(length < 0 ? most : (int) length);
    return length < 0 && body.read() >= 0 ? null : octets;
  }
}
