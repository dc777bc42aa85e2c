package skypost.protocol.mime;

import java.io.ByteArrayOutputStream;
import java.util.Base64;

/** Writes the content of one part, in one transfer encoding or another. Streams. */
sealed interface ContentEncoder {
  /** Takes octets that hold no line end, or a CR or LF that is none. */
  void write(byte[] octets, int from, int to, ByteArrayOutputStream out);

  /** Takes a CRLF. */
  void lineEnd(ByteArrayOutputStream out);

  /** The content is over; a CRLF that is no content follows. */
  void end(ByteArrayOutputStream out);

  /** The content is over, and the message with it: a line that encoding made is ended. */
  void endLast(ByteArrayOutputStream out);

  /** As it is. */
  record AsItIs() implements ContentEncoder {
    @Override
    public void write(byte[] octets, int from, int to, ByteArrayOutputStream out) {
      out.write(octets, from, to - from);
    }

    @Override
    public void lineEnd(ByteArrayOutputStream out) {
      out.write('\r');
      out.write('\n');
    }

    @Override
    public void end(ByteArrayOutputStream out) {}

    @Override
    public void endLast(ByteArrayOutputStream out) {}
  }

  /** Quoted-printable (RFC 2045 section 6.7): for text, which stays readable. */
  final class Quoted implements ContentEncoder {
    private final QuotedPrintable encoder = new QuotedPrintable();
    private byte[] blank = {}; // the last octet, when white space: whether its line ends is open

    @Override
    public void write(byte[] octets, int from, int to, ByteArrayOutputStream out) {
      if (from == to) {
        return;
      }
      writeBlank(false, out);
      byte last = octets[to - 1];
      boolean held = last == ' ' || last == '\t';
      encoder.write(octets, from, held ? to - 1 : to, false, out);
      blank = held ? new byte[] {last} : blank;
    }

    private void writeBlank(boolean atEnd, ByteArrayOutputStream out) {
      encoder.write(blank, 0, blank.length, atEnd, out);
      blank = new byte[0];
    }

    @Override
    public void lineEnd(ByteArrayOutputStream out) {
      writeBlank(true, out);
      encoder.lineEnd(out);
    }

    @Override
    public void end(ByteArrayOutputStream out) {
      writeBlank(true, out);
    }

    @Override
    public void endLast(ByteArrayOutputStream out) {
      writeBlank(true, out);
      if (encoder.isInsideLine()) {
        out.write('='); // a line end that the content does not have
        encoder.lineEnd(out);
      }
    }
  }

  /** Base64 (RFC 2045 section 6.8): for all else. */
  final class Coded implements ContentEncoder {
    private static final int LINE = 57; // octets that make 76 characters
    private static final byte[] CRLF = {'\r', '\n'};

    private final byte[] line = new byte[LINE];
    private int length;
    private boolean any;

    @Override
    public void write(byte[] octets, int from, int to, ByteArrayOutputStream out) {
      for (int i = from; i < to; ) {
        int count = Math.min(to - i, LINE - length);
        System.arraycopy(octets, i, line, length, count);
        length += count;
        i += count;
        if (length == LINE) {
          writeLine(out);
        }
      }
    }

    @Override
    public void lineEnd(ByteArrayOutputStream out) {
      write(CRLF, 0, CRLF.length, out);
    }

    @Override
    public void end(ByteArrayOutputStream out) {
      if (length > 0) {
        writeLine(out);
      }
    }

    @Override
    public void endLast(ByteArrayOutputStream out) {
      end(out);
      if (any) {
        out.writeBytes(CRLF);
      }
    }

    private void writeLine(ByteArrayOutputStream out) {
      if (any) {
        out.writeBytes(CRLF);
      }
      byte[] whole = length == LINE ? line : java.util.Arrays.copyOf(line, length);
      out.writeBytes(Base64.getEncoder().encode(whole));
      any = true;
      length = 0;
    }
  }
}
