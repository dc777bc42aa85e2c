package skypost.mail.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Puts a {@code >} before each line that begins with {@code From } behind any number of them
 * (mboxrd), and an end to the last line.
 */
final class FromQuoting extends OutputStream {
  private static final byte[] FROM = "From ".getBytes(StandardCharsets.US_ASCII);

  private final OutputStream out;
  private boolean undecided = true; // whether the line so far is held back
  private long marks; // of the line held back
  private int matched; // of FROM, behind the marks
  private boolean lineOpen;

  FromQuoting(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] octets, int from, int length) throws IOException {
    int at = from;
    int end = from + length;
    while (at < end) {
      if (undecided) {
        decide(octets[at]);
        at++;
      } else {
        int stop = at;
        while (stop < end && octets[stop] != '\n') {
          stop++;
        }
        boolean line = stop < end;
        out.write(octets, at, stop - at + (line ? 1 : 0));
        lineOpen = !line;
        undecided = line;
        at = stop + 1;
      }
    }
  }

  private void decide(byte octet) throws IOException {
    if (matched == 0 && octet == '>') {
      marks++;
    } else if (octet == FROM[matched]) {
      matched++;
      if (matched == FROM.length) {
        out.write('>');
        release();
      }
    } else {
      release();
      out.write(octet);
      lineOpen = octet != '\n';
      undecided = octet == '\n';
    }
  }

  private void release() throws IOException {
    for (; marks > 0; marks--) {
      out.write('>');
      lineOpen = true;
    }
    out.write(FROM, 0, matched);
    lineOpen |= matched > 0;
    matched = 0;
    undecided = false;
  }

  /** What is held back is written, and the last line ended. */
  void end() throws IOException {
    release();
    if (lineOpen) {
      out.write('\n');
    }
  }
}
