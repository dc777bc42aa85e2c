package skypost.protocol.net;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Input that was read from the network and not yet taken. Knows where lines end, and waits for
 * nobody.
 */
final class InputBuffer {
  /** A command fits (RFC 5321 section 4.5.3.1.4), and an idle connection holds no more. */
  static final int IDLE = 512;

  /** One TLS record. */
  static final int BULK = 16 * 1024;

  private static final byte[] NOTHING = {};

  private byte[] octets = NOTHING;
  private int from;
  private int to;

  int length() {
    return to - from;
  }

  boolean isEmpty() {
    return from == to;
  }

  /**
   * The index of the LF that ends the first line, counted from the first octet, or -1; {@code skip}
   * octets are known to hold none.
   */
  int lineEnd(int skip) {
    for (int i = from + skip; i < to; i++) {
      if (octets[i] == '\n') {
        return i - from;
      }
    }
    return -1;
  }

  /** Takes the line whose LF is at {@code end}. */
  Line takeLine(int end, int maxOctets) {
    int start = from;
    int lf = from + end;
    from = lf + 1;
    boolean crlf = lf > start && octets[lf - 1] == '\r';
    if (!crlf) {
      return new Line.Bare();
    }
    for (int i = start; i < lf - 1; i++) {
      if (octets[i] == '\r') {
        return new Line.Bare();
      }
    }
    return lf + 1 - start > maxOctets
        ? new Line.TooLong(false)
        : new Line.Text(Arrays.copyOfRange(octets, start, lf - 1));
  }

  /** Takes at most that many octets. */
  int take(byte[] target, int offset, int length) {
    int count = Math.min(length, to - from);
    System.arraycopy(octets, from, target, offset, count);
    from += count;
    return count;
  }

  /** Shows a taker all there is. */
  void take(Wire.Taker taker) {
    from += taker.take(octets, from, to);
  }

  /** Throws away the first octets. */
  void discard(int count) {
    from += count;
  }

  /** Throws away everything. */
  void clear() {
    from = to;
    shrink();
  }

  /** Gives the memory back where nothing is held. */
  void shrink() {
    if (from == to && octets.length > IDLE) {
      octets = NOTHING;
    }
  }

  /** Makes room for a block where nothing is held. */
  void expectBulk() {
    if (from == to && octets.length < BULK) {
      octets = new byte[BULK];
      from = 0;
      to = 0;
    }
  }

  /** Reads once, behind what is held, making room where there is none; false at the end. */
  boolean fill(InputStream in) throws IOException {
    if (from == to) {
      from = 0;
      to = 0;
    }
    if (octets.length == 0) {
      octets = new byte[IDLE];
    } else if (to == octets.length) {
      makeRoom();
    }
    int count = in.read(octets, to, octets.length - to);
    if (count < 0) {
      return false;
    }
    to += count;
    return true;
  }

  private void makeRoom() {
    int size = from > 0 ? octets.length : Math.max(BULK, octets.length * 2);
    byte[] roomy = new byte[size];
    System.arraycopy(octets, from, roomy, 0, to - from);
    to -= from;
    from = 0;
    octets = roomy;
  }
}
