package skypost.local.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A POP3 client that looks at what comes no closer than it must. */
final class Pop3Talker implements AutoCloseable {
  private static final byte[] END = "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket = new Socket();
  private final InputStream in;
  private final byte[] buffer = new byte[64 << 10];

  Pop3Talker(InetSocketAddress server) throws IOException {
    socket.setTcpNoDelay(true);
    socket.connect(server);
    in = socket.getInputStream();
    status();
  }

  void login(String user) throws IOException {
    say("USER " + user);
    say("PASS " + Pop3Load.PASSWORD);
  }

  /** Says a command and reads a status line. @throws IOException when it is not +OK */
  String say(String command) throws IOException {
    send(command);
    return status();
  }

  /** Says a command and reads lines to their end. @return octets of all */
  long retrieve(String command) throws IOException {
    send(command);
    long octets = 0;
    byte[] last = new byte[END.length];
    while (true) {
      int count = in.read(buffer);
      if (count < 0) {
        throw new EOFException("closed within an answer to " + command);
      }
      if (octets == 0 && buffer[0] != '+') {
        throw new IOException(new String(buffer, 0, count, StandardCharsets.UTF_8));
      }
      octets += count;
      int kept = Math.max(0, END.length - count);
      System.arraycopy(last, END.length - kept, last, 0, kept);
      System.arraycopy(
          buffer, Math.max(0, count - END.length), last, kept, Math.min(count, END.length));
      if (java.util.Arrays.equals(last, END)) {
        return octets;
      }
    }
  }

  private void send(String command) throws IOException {
    socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  private String status() throws IOException {
    int length = 0;
    do {
      int count = in.read(buffer, length, buffer.length - length);
      if (count < 0) {
        throw new EOFException("closed");
      }
      length += count;
    } while (buffer[length - 1] != '\n');
    String line = new String(buffer, 0, length, StandardCharsets.US_ASCII);
    if (!line.startsWith("+OK")) {
      throw new IOException(line);
    }
    return line;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
