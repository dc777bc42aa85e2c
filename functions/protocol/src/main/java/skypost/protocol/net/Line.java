package skypost.protocol.net;

import java.nio.charset.StandardCharsets;

/** What came of reading one line; CRLF alone ends a line (RFC 5321 section 2.3.8). */
public sealed interface Line {

  /**
   * A whole line.
   *
   * @param bytes without its CRLF; any octet may be among them, NUL too
   */
  record Text(byte[] bytes) implements Line {
    /** As text: one character per octet, so nothing is lost or merged. */
    public String latin1() {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * A line longer than the caller allows; it has been read and thrown away.
   *
   * @param endless not even its end came within {@link Wire#MAX_DISCARD} octets: talk no further
   *     with this peer
   */
  record TooLong(boolean endless) implements Line {}

  /** A CR without LF or a LF without CR: an attempt at smuggling, or no client worth talking to. */
  record Bare() implements Line {}

  /** The peer has closed its side; half a line may have been lost. */
  record End() implements Line {}

  /** The server is going down and the session may be ended here: say goodbye. */
  record Closing() implements Line {}
}
