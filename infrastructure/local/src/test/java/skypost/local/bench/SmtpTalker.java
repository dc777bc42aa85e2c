package skypost.local.bench;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A client that costs as little as it can, since it shares the cores with the server: it pipelines
 * (RFC 2920) and looks at reply codes only.
 */
final class SmtpTalker implements Closeable {
  private static final int TIMEOUT = 120_000; // ms; a server that takes longer has failed

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] buffer = new byte[2048];
  private int from;
  private int to;

  /** Connects and says EHLO. */
  SmtpTalker(InetSocketAddress server) throws IOException {
    socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT);
      socket.connect(server, TIMEOUT);
      in = socket.getInputStream();
      out = socket.getOutputStream();
      expect(220);
      send("EHLO client.bench.test\r\n");
      expect(250);
    } catch (IOException fault) {
      socket.close();
      throw fault;
    }
  }

  /**
   * Sends one message.
   *
   * @param envelope MAIL, RCPT and DATA
   * @param content with transparency dots and the lone dot at the end
   */
  void message(byte[] envelope, byte[] content) throws IOException {
    out.write(envelope);
    expect(250);
    expect(250);
    expect(354);
    out.write(content);
    expect(250);
  }

  /** Content that wants no dot stuffing, with the lone dot at its end. */
  static byte[] withDot(byte[] content) {
    byte[] whole = Arrays.copyOf(content, content.length + 3);
    whole[content.length] = '.';
    whole[content.length + 1] = '\r';
    whole[content.length + 2] = '\n';
    return whole;
  }

  void send(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Reads a reply. @throws IOException when it is another than that */
  void expect(int code) throws IOException {
    String line = readLine();
    while (line.length() > 3 && line.charAt(3) == '-') {
      line = readLine();
    }
    if (!line.startsWith(String.valueOf(code))) {
      throw new IOException("the server says: " + line);
    }
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (true) {
      if (from == to) {
        from = 0;
        to = in.read(buffer);
        if (to < 0) {
          to = 0;
          throw new EOFException("the server hung up");
        }
      }
      char octet = (char) (buffer[from++] & 0xff);
      if (octet == '\n') {
        return line.toString();
      }
      if (octet != '\r') {
        line.append(octet);
      }
    }
  }

  /** Says QUIT and waits for the answer. */
  void quit() throws IOException {
    send("QUIT\r\n");
    expect(221);
    close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
