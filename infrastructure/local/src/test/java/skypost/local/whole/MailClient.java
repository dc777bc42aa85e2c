package skypost.local.whole;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import skypost.protocol.smtp.client.OpportunisticTls;

/** A line-by-line client of SMTP and POP3 that shows everything the server says. */
final class MailClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private MailClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
    this.out = new BufferedOutputStream(socket.getOutputStream(), 64 << 10);
  }

  static MailClient connect(int port) throws IOException {
    return connect("127.0.0.1", port);
  }

  /** Connects from an address of one's own choice within loopback. */
  static MailClient connect(String from, int port) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 10_000);
    socket.setSoTimeout(60_000);
    socket.setTcpNoDelay(true);
    return new MailClient(socket);
  }

  /** The same through TLS from the first octet, whatever the certificate. */
  static MailClient connectByTls(String from, int port) throws IOException {
    MailClient plain = connect(from, port);
    return new MailClient(
        OpportunisticTls.context()
            .getSocketFactory()
            .createSocket(plain.socket, "localhost", port, true));
  }

  /** Goes on through TLS, after the server has said that it will. */
  MailClient secured() throws IOException {
    return new MailClient(
        OpportunisticTls.context()
            .getSocketFactory()
            .createSocket(socket, "localhost", socket.getPort(), true));
  }

  void write(byte[] octets) throws IOException {
    out.write(octets);
    out.flush();
  }

  /** A line without its CRLF; null at the end. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
      }
      line.write(octet);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** A whole SMTP reply, its last line. */
  String reply() throws IOException {
    String line = line();
    while (line != null && line.length() > 3 && line.charAt(3) == '-') {
      line = line();
    }
    if (line == null) {
      throw new IOException("the server hung up");
    }
    return line;
  }

  /** The lines of the reply to EHLO. */
  List<String> hello() throws IOException {
    write("EHLO far.example\r\n".getBytes(StandardCharsets.US_ASCII));
    List<String> lines = new ArrayList<>(List.of(line()));
    while (lines.getLast().startsWith("250-")) {
      lines.add(line());
    }
    return lines;
  }

  /** Sends a command and reads the reply's last line, of SMTP or POP3. */
  String command(String command) throws IOException {
    write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
    return reply();
  }

  /** Greets and sends one message in one pipeline; returns the reply to the content. */
  String send(String from, String to, byte[] message) throws IOException {
    String sender = command("MAIL FROM:<" + from + ">");
    String recipient = command("RCPT TO:<" + to + ">");
    String go = command("DATA");
    if (!go.startsWith("354")) {
      return sender + " / " + recipient + " / " + go;
    }
    write(stuff(message));
    return reply();
  }

  /**
   * Dot stuffing and the end of data (RFC 5321 section 4.5.2); the message must consist of CRLF
   * lines.
   */
  static byte[] stuff(byte[] message) {
    ByteArrayOutputStream stuffed = new ByteArrayOutputStream(message.length + 100);
    boolean lineStart = true;
    for (byte octet : message) {
      if (lineStart && octet == '.') {
        stuffed.write('.');
      }
      stuffed.write(octet);
      lineStart = octet == '\n';
    }
    stuffed.writeBytes(".\r\n".getBytes(StandardCharsets.US_ASCII));
    return stuffed.toByteArray();
  }

  /** Logs in to POP3. */
  static MailClient pop3(int port, String user) throws IOException {
    MailClient client = connect(port);
    client.line();
    client.command("USER " + user);
    String answer = client.command("PASS secret");
    if (!answer.startsWith("+OK")) {
      throw new IOException(answer);
    }
    return client;
  }

  /** The octets of a multi-line response, unstuffed. */
  byte[] retrieve(String command) throws IOException {
    String status = command(command);
    if (!status.startsWith("+OK")) {
      throw new IOException(status);
    }
    return multiline();
  }

  private byte[] multiline() throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int octet = in.read();
      if (octet < 0) {
        throw new IOException("the server hung up");
      }
      line.write(octet);
      if (octet == '\n') {
        byte[] octets = line.toByteArray();
        line.reset();
        if (octets.length == 3 && octets[0] == '.') {
          return content.toByteArray();
        }
        int from = octets[0] == '.' ? 1 : 0;
        content.write(octets, from, octets.length - from);
      }
    }
  }

  /** The lines of a multi-line response. */
  List<String> lines(String command) throws IOException {
    String text = new String(retrieve(command), StandardCharsets.UTF_8);
    List<String> lines = new ArrayList<>(List.of(text.split("\r\n")));
    lines.removeIf(String::isEmpty);
    return lines;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
