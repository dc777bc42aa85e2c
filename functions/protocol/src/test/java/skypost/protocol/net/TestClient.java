package skypost.protocol.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client for tests: says lines and hears replies, waiting at most 20 s for each octet. */
public final class TestClient implements AutoCloseable {
  private static final int TIMEOUT = 20_000;
  private Socket socket;

  private TestClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT);
    socket.setTcpNoDelay(true);
  }

  /** Connects to a server on this machine; hears nothing yet. */
  public static TestClient connect(int port) throws IOException {
    return new TestClient(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Begins TLS. */
  public TestClient secure(SSLContext trust) throws IOException {
    return secure(trust, "TLSv1.3");
  }

  /** Begins TLS of one version. */
  public TestClient secure(SSLContext trust, String protocol) throws IOException {
    SSLSocket secured =
        (SSLSocket)
            trust
                .getSocketFactory()
                .createSocket(
                    socket, socket.getInetAddress().getHostAddress(), socket.getPort(), true);
    secured.setSoTimeout(TIMEOUT);
    secured.setEnabledProtocols(new String[] {protocol});
    secured.startHandshake();
    socket = secured;
    return this;
  }

  /** The channel binding tls-exporter (RFC 9266), as this end makes it. */
  public byte[] tlsExporter() throws IOException {
    return ((ExtendedSSLSession) ((SSLSocket) socket).getSession())
        .exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], 32);
  }

  /** Says a line and hears the reply, of which the lines are joined by LF. */
  public String say(String line) throws IOException {
    send(line + "\r\n");
    return hear();
  }

  /** Sends octets; one per character. */
  public void send(String latin1) throws IOException {
    send(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends octets. */
  public void send(byte[] octets) throws IOException {
    socket.getOutputStream().write(octets);
    socket.getOutputStream().flush();
  }

  /** Hears an SMTP reply of one or more lines; empty when the server has hung up. */
  public String hear() throws IOException {
    StringBuilder reply = new StringBuilder();
    String line;
    do {
      line = hearLine();
      reply.append(reply.isEmpty() ? "" : "\n").append(line);
    } while (line.length() > 3 && line.charAt(3) == '-');
    return reply.toString();
  }

  /** Hears one line without its line end; empty when the server has hung up. */
  public String hearLine() throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.write(c);
    }
    return line.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
