package skypost.protocol.mime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * The multiparts that a place in a message lies in, and their delimiters (RFC 2046 section 5.1.1).
 */
final class OpenMultiparts {
  /** RFC 2046 allows a boundary 70 characters; some programs take more. */
  static final int MAX_BOUNDARY = 200;

  /** A line that is longer is no delimiter: two dashes each side, and white space behind. */
  static final int MAX_DELIMITER = MAX_BOUNDARY + 56;

  private static final int MAX_DEPTH = 100;

  /** What a line means. */
  enum Delimiter {
    NONE,
    /** A part begins. */
    PART,
    /** A multipart is over. */
    CLOSE
  }

  /**
   * @param depth of messages and multiparts around its parts
   */
  private record Multipart(String boundary, boolean digest, boolean signed, int depth) {}

  private final Deque<Multipart> open = new ArrayDeque<>(); // the innermost first
  private int depth;

  /** A message or a multipart begins. @return false when that is too deep */
  boolean deeper() {
    return ++depth <= MAX_DEPTH;
  }

  void push(String boundary, String type) {
    boolean digest = type.equals("multipart/digest");
    boolean signed = type.equals("multipart/signed");
    open.push(new Multipart(boundary, digest, signed, depth));
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  /** Whether parts are messages where they do not say (RFC 2046 section 5.1.5). */
  boolean isDigest() {
    return !open.isEmpty() && open.peek().digest();
  }

  /** Whether a signature stands for every octet here (RFC 1847 section 2.1). */
  boolean isSigned() {
    return open.stream().anyMatch(Multipart::signed);
  }

  /** What a line means; the delimiter of an outer multipart ends the inner ones too. */
  Delimiter take(byte[] line, int count) {
    if (count < 3 || line[0] != '-' || line[1] != '-') {
      return Delimiter.NONE;
    }
    String text = new String(line, 2, count - 2, StandardCharsets.ISO_8859_1);
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
      end--;
    }
    text = text.substring(0, end);
    for (Iterator<Multipart> each = open.iterator(); each.hasNext(); ) {
      Multipart multipart = each.next();
      boolean begins = text.equals(multipart.boundary());
      if (begins || text.equals(multipart.boundary() + "--")) {
        while (open.peek() != multipart) {
          open.pop();
        }
        depth = multipart.depth();
        if (!begins) {
          open.pop();
        }
        return begins ? Delimiter.PART : Delimiter.CLOSE;
      }
    }
    return Delimiter.NONE;
  }
}
