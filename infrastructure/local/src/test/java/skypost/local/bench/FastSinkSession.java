package skypost.local.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One connection to the sink. It looks at the first letter of a command only; replies are held back
 * while more of what the client has pipelined lies in the buffer (RFC 2920).
 */
final class FastSinkSession implements Runnable {
  private static final byte[] GREETING = bytes("220 sink.bench.test ESMTP\r\n");
  private static final byte[] EHLO =
      bytes(
          "250-sink.bench.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-CHUNKING\r\n"
              + "250-ENHANCEDSTATUSCODES\r\n250 SIZE 209715200\r\n");
  private static final byte[] OK = bytes("250 2.0.0 Ok\r\n");
  private static final byte[] GO_AHEAD = bytes("354 Go ahead\r\n");
  private static final byte[] BYE = bytes("221 2.0.0 Bye\r\n");
  private static final byte[] UNKNOWN = bytes("500 5.5.2 what?\r\n");
  private static final int LONGEST_LINE = 2048;

  private final Socket socket;
  private final FastSink sink;
  private final byte[] buffer = new byte[64 << 10];
  private final byte[] replies = new byte[16 << 10];
  private InputStream in;
  private OutputStream out;
  private int from;
  private int to;
  private int held;

  FastSinkSession(Socket socket, FastSink sink) {
    this.socket = socket;
    this.sink = sink;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void run() {
    try (socket) {
      socket.setTcpNoDelay(true);
      in = socket.getInputStream();
      out = socket.getOutputStream();
      reply(GREETING);
      while (command(line())) {
        // on to the next
      }
      flush();
    } catch (IOException hungUp) {
      return;
    }
  }

  /** Answers a command. @return whether the session goes on */
  private boolean command(String line) throws IOException {
    switch (line.isEmpty() ? ' ' : line.charAt(0) & ~0x20) {
      case 'E', 'H' -> reply(EHLO);
      case 'M', 'N' -> reply(OK); // MAIL, NOOP
      case 'R' -> reply(OK); // RCPT, RSET
      case 'D' -> {
        reply(GO_AHEAD);
        skipToLoneDot();
        arrived();
      }
      case 'B' -> {
        String[] words = line.split(" ");
        skip(Long.parseLong(words[1]));
        if (words.length > 2) { // BDAT n LAST
          arrived();
        } else {
          reply(OK);
        }
      }
      case 'Q' -> {
        reply(BYE);
        return false;
      }
      default -> reply(UNKNOWN);
    }
    return true;
  }

  private void arrived() throws IOException {
    sink.arrived();
    reply(OK);
  }

  private void reply(byte[] text) throws IOException {
    if (held + text.length > replies.length) {
      flush();
    }
    System.arraycopy(text, 0, replies, held, text.length);
    held += text.length;
  }

  private void flush() throws IOException {
    out.write(replies, 0, held);
    held = 0;
  }

  private void fill() throws IOException {
    if (held > 0) {
      flush();
    }
    from = 0;
    to = in.read(buffer);
    if (to < 0) {
      to = 0;
      throw new EOFException();
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (true) {
      if (from == to) {
        fill();
      }
      char octet = (char) (buffer[from++] & 0xff);
      if (octet == '\n') {
        return line.toString();
      }
      if (line.length() == LONGEST_LINE) {
        throw new IOException("the line is too long");
      }
      if (octet != '\r') {
        line.append(octet);
      }
    }
  }

  private void skip(long octets) throws IOException {
    long left = octets;
    while (left > 0) {
      if (from == to) {
        fill();
      }
      int some = (int) Math.min(left, to - from);
      from += some;
      left -= some;
    }
  }

  /** RFC 5321 section 4.1.1.4: content ends with {@code <CRLF>.<CRLF>}. */
  private void skipToLoneDot() throws IOException {
    int matched = 2; // of "\r\n.\r\n": the command line has ended with the first two
    while (matched < 5) {
      if (from == to) {
        fill();
      }
      byte octet = buffer[from++];
      matched =
          switch (octet) {
            case '\r' -> matched == 3 ? 4 : 1;
            case '\n' -> matched == 1 ? 2 : matched == 4 ? 5 : 0;
            case '.' -> matched == 2 ? 3 : 0;
            default -> 0;
          };
    }
  }
}
