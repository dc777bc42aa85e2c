package skypost.mail.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Lines as they come, ended by LF or CRLF; long ones in pieces. */
final class LinePieces {
  /**
   * Octets of the longest piece. Whoever wrote longer runs of quoting marks gets them unchanged.
   */
  private static final int BUFFER = 64 << 10;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int start; // of the piece
  private int end; // of the piece
  private int filled;
  private long position; // of buffer[0] in the archive
  private boolean lineStart;
  private boolean lineEnd = true;

  LinePieces(InputStream in, long position) {
    this.in = in;
    this.position = position;
  }

  /** Goes to the next piece; false at the end. */
  boolean next() throws IOException {
    start = end;
    lineStart = lineEnd;
    int scanned = start;
    while (true) {
      for (int i = scanned; i < filled; i++) {
        if (buffer[i] == '\n') {
          end = i + 1;
          lineEnd = true;
          return true;
        }
      }
      int length = filled - start;
      if (length == BUFFER) {
        end = filled;
        lineEnd = false;
        return true;
      }
      scanned = length;
      if (!fill()) {
        end = filled;
        lineEnd = true;
        return length > 0;
      }
    }
  }

  /** Moves the piece to the front and reads behind it. */
  private boolean fill() throws IOException {
    System.arraycopy(buffer, start, buffer, 0, filled - start);
    position += start;
    filled -= start;
    start = 0;
    int count = in.read(buffer, filled, BUFFER - filled);
    filled += Math.max(0, count);
    return count >= 0;
  }

  boolean isLineStart() {
    return lineStart;
  }

  boolean isWholeLine() {
    return lineStart && lineEnd;
  }

  boolean isEmptyLine() {
    int length = end - start;
    return isWholeLine()
        && buffer[end - 1] == '\n'
        && (length == 1 || length == 2 && buffer[start] == '\r');
  }

  boolean startsWith(String ascii) {
    int length = ascii.length();
    return end - start >= length
        && new String(buffer, start, length, StandardCharsets.ISO_8859_1).equals(ascii);
  }

  /** The piece as text, without the line's end. */
  String text() {
    return new String(buffer, start, end - start, StandardCharsets.UTF_8).stripTrailing();
  }

  byte[] octets() {
    return Arrays.copyOfRange(buffer, start, end);
  }

  /** Where the piece begins in the archive. */
  long pieceStart() {
    return position + start;
  }

  /** Where the next piece begins. */
  long position() {
    return position + end;
  }
}
