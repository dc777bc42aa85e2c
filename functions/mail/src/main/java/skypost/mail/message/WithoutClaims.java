package skypost.mail.message;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import skypost.protocol.io.BlockInputStream;

/**
 * A raw message without the Authentication-Results fields that claim to be from us but are not (RFC
 * 8601 section 5). Memory is bounded, however long a field is. Closing it closes the message.
 */
final class WithoutClaims extends BlockInputStream {
  private static final String NAME = "authentication-results";

  /** Octets of a field that are looked at; one that has named nobody by then is not honest. */
  private static final int MAX_START = 8192;

  private static final int NOTHING = -1;

  private final InputStream in;
  private final String authservId;
  private byte[] piece = new byte[1024];
  private int from;
  private int to;
  private int ahead = NOTHING; // an octet of the next field
  private int last = NOTHING;
  private boolean continued; // the next piece belongs to the same field
  private boolean dropping;
  private boolean inBody;
  private long dropped;

  /**
   * @param in from its first octet on; buffered, for its header is read octet by octet
   * @param authservId who we are
   */
  WithoutClaims(InputStream in, String authservId) {
    this.in = in;
    this.authservId = authservId;
  }

  /** Octets that are left out. Reads the header section, and no further. */
  long countDropped() throws IOException {
    while (!inBody) {
      next();
    }
    return dropped;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    while (from == to && !inBody) {
      next();
    }
    if (from == to) {
      return in.read(target, offset, length);
    }
    int count = Math.min(length, to - from);
    System.arraycopy(piece, from, target, offset, count);
    from += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Reads a field, or as much of it as fits; leaves nothing to be read where it is dropped. */
  private void next() throws IOException {
    from = 0;
    to = 0;
    boolean whole = readPiece();
    if (!continued) {
      dropping = claims(whole);
    }
    continued = !whole;
    if (dropping) {
      dropped += to;
      to = 0;
    }
  }

  /** Whether the field ends with the piece. */
  private boolean readPiece() throws IOException {
    while (true) {
      int octet = ahead == NOTHING ? in.read() : ahead;
      ahead = NOTHING;
      if (octet < 0) {
        inBody = true; // which there is not
        return true;
      }
      append(octet);
      boolean lineEnd = octet == '\n' && last == '\r';
      last = octet;
      if (lineEnd && to == 2 && !continued) {
        inBody = true; // RFC 5322 section 2.1: behind the empty line
        return true;
      }
      if (lineEnd) {
        ahead = in.read();
        if (ahead != ' ' && ahead != '\t') { // RFC 5322 section 2.2.3: else it goes on
          inBody = ahead == NOTHING;
          return true;
        }
      }
      if (to >= MAX_START) {
        return false;
      }
    }
  }

  private void append(int octet) {
    if (to == piece.length) {
      piece = Arrays.copyOf(piece, piece.length * 2);
    }
    piece[to++] = (byte) octet;
  }

  /** RFC 8601 section 2.2: the name of who says it comes first, but for comments. */
  private boolean claims(boolean whole) {
    String text = new String(piece, 0, to, StandardCharsets.ISO_8859_1);
    if (!text.regionMatches(true, 0, NAME, 0, NAME.length())) {
      return false;
    }
    int colon = NAME.length();
    while (colon < text.length() && isBlank(text.charAt(colon))) {
      colon++;
    }
    if (colon == text.length() || text.charAt(colon) != ':') {
      return false;
    }
    int start = skipComments(text, colon + 1);
    if (start == text.length()) {
      return !whole;
    }
    String id = text.charAt(start) == '"' ? quoted(text, start + 1) : token(text, start);
    return id.equalsIgnoreCase(authservId) || id.equalsIgnoreCase(authservId + '.');
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  /** RFC 5322 section 3.2.2, CFWS; comments may be nested. */
  private static int skipComments(String text, int start) {
    int at = start;
    int depth = 0;
    while (at < text.length()
        && (depth > 0 || isBlank(text.charAt(at)) || text.charAt(at) == '(')) {
      switch (text.charAt(at)) {
        case '(' -> depth++;
        case ')' -> depth--;
        case '\\' -> at++;
        default -> {}
      }
      at++;
    }
    return Math.min(at, text.length());
  }

  private static String quoted(String text, int start) {
    StringBuilder plain = new StringBuilder();
    for (int i = start; i < text.length() && text.charAt(i) != '"'; i++) {
      if (text.charAt(i) == '\\' && i + 1 < text.length()) {
        i++;
      }
      if (text.charAt(i) != '\r' && text.charAt(i) != '\n') { // folds
        plain.append(text.charAt(i));
      }
    }
    return plain.toString();
  }

  private static String token(String text, int start) {
    int end = start;
    while (end < text.length()
        && !isBlank(text.charAt(end))
        && ";(".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return text.substring(start, end);
  }
}
