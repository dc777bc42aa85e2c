package skypost.pop3;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A POP3 client that shows every octet. */
final class Pop3TestClient implements AutoCloseable {
  private Socket socket;
  private InputStream in;
  final String greeting;

  Pop3TestClient(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  Pop3TestClient(Socket socket) throws IOException {
    use(socket);
    this.greeting = line();
  }

  static Pop3TestClient tls(int port, SSLContext trust) throws IOException {
    return new Pop3TestClient(
        trust.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port));
  }

  /** Logs in with USER and PASS. @return the last answer */
  String login(String user, String password) throws IOException {
    String answer = say("USER " + user);
    return answer.startsWith("+OK") ? say("PASS " + password) : answer;
  }

  String say(String command) throws IOException {
    send(command + "\r\n");
    return line();
  }

  void send(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
  }

  /** The lines of a multi-line answer, without status line and end. */
  List<String> lines(String command) throws IOException {
    List<String> lines = new ArrayList<>();
    String status = say(command);
    if (!status.startsWith("+OK")) {
      throw new IOException(status);
    }
    for (String line; !(line = line()).equals("."); ) {
      lines.add(line);
    }
    return lines;
  }

  /** A message, unstuffed, octet for octet. */
  byte[] retrieve(String command) throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    for (String line : lines(command)) {
      message.writeBytes(
          (line.startsWith(".") ? line.substring(1) : line).getBytes(StandardCharsets.ISO_8859_1));
      message.writeBytes(new byte[] {'\r', '\n'});
    }
    return message.toByteArray();
  }

  /** Begins TLS after STLS was granted. */
  void startTls(SSLContext trust) throws IOException {
    SSLSocket secured =
        (SSLSocket)
            trust.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    secured.startHandshake();
    use(secured);
  }

  /** A line without its CRLF, one character per octet. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b; (b = in.read()) >= 0; line.write(b)) {
      if (b == '\n') {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        if (!text.endsWith("\r")) {
          throw new IOException("a line without CR: " + text);
        }
        return text.substring(0, text.length() - 1);
      }
    }
    throw new EOFException("closed after: " + line);
  }

  boolean isClosedByServer() throws IOException {
    return in.read() < 0;
  }

  private void use(Socket next) throws IOException {
    socket = next;
    socket.setSoTimeout(20_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Hangs up without QUIT. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
