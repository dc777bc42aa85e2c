package skypost.protocol.smtp;

import java.nio.charset.StandardCharsets;

/**
 * Takes message content block by block: removes the dots of transparency (RFC 5321 section 4.5.2),
 * finds the end, and watches the rules of lines. A CR without LF or a LF without CR ends
 * everything: repaired or passed on, it is how messages are smuggled past servers that disagree
 * about where lines end.
 *
 * <p>NUL passes: RFC 5321 section 4.1.1.4 allows every octet of ASCII, Postfix and mox take it, and
 * no line end is made of it.
 */
final class ContentScanner {
  /** What a block came to. */
  enum Outcome {
    /** More content is to come. */
    MORE,
    /** The lone dot was read. */
    END,
    /** A bare CR or LF. */
    BARE
  }

  /** Takes content without transparency dots. */
  interface Output {
    void write(byte[] block, int offset, int length);
  }

  private enum At {
    LINE_START,
    LINE,
    CR,
    DOT,
    DOT_CR
  }

  private static final byte[] RECEIVED = "received:".getBytes(StandardCharsets.US_ASCII);

  private final boolean dotted;
  private final Output output;
  private At at = At.LINE_START;
  private long lineLength;
  private long longestLine;
  private boolean inHeader = true;
  private int matched; // octets of RECEIVED that the current line has matched, or -1
  private int receivedFields;
  private int consumed;

  /**
   * @param dotted DATA with its dots; otherwise BDAT, whose end is counted by the caller
   */
  ContentScanner(boolean dotted, Output output) {
    this.dotted = dotted;
    this.output = output;
  }

  /** Takes a block; {@link #consumed()} says how much of it belonged to the message. */
  Outcome accept(byte[] block, int from, int to) {
    int i = from;
    int runStart = from;
    Outcome outcome = Outcome.MORE;
    while (i < to && outcome == Outcome.MORE) {
      byte octet = block[i];
      switch (at) {
        case LINE_START -> {
          if (dotted && octet == '.') {
            emit(block, runStart, i);
            runStart = ++i;
            at = At.DOT;
          } else {
            beginLine();
          }
        }
        case LINE -> {
          i = passLine(block, i, to);
          if (i < to) {
            outcome = block[i] == '\n' ? Outcome.BARE : Outcome.MORE;
            endLine();
            i++;
          }
        }
        case CR -> {
          outcome = octet == '\n' ? Outcome.MORE : Outcome.BARE;
          at = At.LINE_START;
          i++;
        }
        case DOT -> {
          if (octet == '\r') {
            at = At.DOT_CR;
            runStart = ++i;
          } else {
            beginLine();
          }
        }
        case DOT_CR -> {
          outcome = octet == '\n' ? Outcome.END : Outcome.BARE;
          runStart = ++i;
        }
      }
    }
    if (outcome != Outcome.BARE) {
      emit(block, runStart, i);
    }
    consumed = i - from;
    return outcome;
  }

  private void beginLine() {
    at = At.LINE;
    lineLength = 0;
    matched = inHeader ? 0 : -1;
  }

  /** Goes on to the next CR or LF, or to the end of the block. */
  private int passLine(byte[] block, int from, int to) {
    int i = from;
    while (i < to && block[i] != '\r' && block[i] != '\n') {
      i++;
    }
    if (matched >= 0) {
      matchReceived(block, from, i);
    }
    lineLength += i - from;
    longestLine = Math.max(longestLine, lineLength);
    return i;
  }

  private void endLine() {
    at = At.CR;
    if (lineLength == 0) {
      inHeader = false;
    }
  }

  private void matchReceived(byte[] block, int from, int to) {
    for (int i = from; i < to && matched >= 0; i++) {
      int lower = block[i] >= 'A' && block[i] <= 'Z' ? block[i] + 32 : block[i];
      matched = lower == RECEIVED[matched] ? matched + 1 : -1;
      if (matched == RECEIVED.length) {
        receivedFields++;
        matched = -1;
      }
    }
  }

  private void emit(byte[] block, int from, int to) {
    if (to > from) {
      output.write(block, from, to - from);
    }
  }

  /** How much of the last block was taken. */
  int consumed() {
    return consumed;
  }

  /**
   * Octets of the longest line so far, with its CRLF, without its transparency dot (RFC 5321
   * section 4.5.3.1.6).
   */
  long longestLine() {
    return longestLine + 2;
  }

  /** Received fields in the header (RFC 5321 section 6.3). */
  int receivedFields() {
    return receivedFields;
  }

  /** Whether a CR waits for its LF. */
  boolean isInsideLineEnd() {
    return at == At.CR;
  }
}
