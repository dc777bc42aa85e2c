package skypost.protocol.smtp.client;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.ReplyParser.MalformedReply;

/** Commands out, replies in, each bounded in time and size. Not thread safe. */
final class Wire implements AutoCloseable {
  private static final int BUFFER = 16 * 1024;

  private final Socket raw;
  private Deadline deadline;
  private final Watchdog watchdog;
  private final byte[] buffer = new byte[BUFFER];
  private int position;
  private int limit;
  private Socket socket;
  private InputStream in;
  private OutputStream out;

  /**
   * @param raw connected
   * @param deadline when it is cut
   */
  Wire(Socket raw, Deadline deadline) throws IOException {
    this.raw = raw;
    this.deadline = deadline;
    raw.setTcpNoDelay(
        true); // commands are buffered here; Nagle and delayed acknowledgements would add 40 ms to
    // each
    use(raw);
    this.watchdog = new Watchdog(raw, deadline);
  }

  /** When it is cut. */
  Deadline deadline() {
    return deadline;
  }

  /** It is cut at another moment. */
  void cutAt(Deadline moment) {
    deadline = moment;
    watchdog.endAt(moment);
  }

  private void use(Socket current) throws IOException {
    socket = current;
    in = current.getInputStream();
    out = new BufferedOutputStream(current.getOutputStream(), BUFFER);
  }

  /** Buffers a command. */
  void command(String command) throws IOException {
    if (command.indexOf('\r') >= 0 || command.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("a command is one line");
    }
    out.write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Sends what is buffered and waits for one reply. */
  SmtpReply reply(Duration timeout) throws IOException {
    Deadline until = deadline.within(timeout);
    flush(timeout);
    ReplyParser parser = new ReplyParser();
    while (true) {
      Optional<SmtpReply> reply = parser.line(readLine(until));
      if (reply.isPresent()) {
        return reply.get();
      }
    }
  }

  /** What the peer said before it stopped listening; nothing is sent. */
  SmtpReply pendingReply(Duration timeout) throws IOException {
    out = OutputStream.nullOutputStream();
    return reply(timeout);
  }

  /** Sends what is buffered. */
  void flush(Duration timeout) throws IOException {
    watchdog.arm(timeout);
    out.flush();
    watchdog.disarm();
  }

  /** Where content goes; {@link #blockWithin} bounds each block. */
  OutputStream content() {
    return out;
  }

  /** The block of content that is written next must be taken in time. */
  void blockWithin(Duration timeout) {
    watchdog.arm(timeout);
  }

  /** No block is being written. */
  void blockDone() {
    watchdog.disarm();
  }

  private String readLine(Deadline until) throws IOException {
    byte[] line = new byte[ReplyParser.MAX_LINE];
    int length = 0;
    while (true) {
      if (position == limit) {
        fill(until);
      }
      byte octet = buffer[position++];
      if (octet == '\n') { // a peer's bare LF is taken: what it means is not in doubt here
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new String(line, 0, end, StandardCharsets.UTF_8);
      }
      if (length == line.length) {
        throw new MalformedReply("line too long");
      }
      line[length++] = octet;
    }
  }

  private void fill(Deadline until) throws IOException {
    if (until.isOver()) { // a peer that drips octets must not stretch a reply's time
      throw new SocketTimeoutException("timed out");
    }
    socket.setSoTimeout(until.remainingMillis());
    int count = in.read(buffer);
    if (count < 0) {
      throw new EOFException("the server hung up");
    }
    position = 0;
    limit = count;
  }

  /**
   * Does the TLS handshake.
   *
   * @throws IOException when it fails; the connection is then of no use
   */
  void startTls(ServerIdentity identity, Duration timeout) throws IOException {
    if (position
        != limit) { // RFC 3207 section 6: what came in before the handshake is an attacker's
      throw new IOException("the server sent more after its reply to STARTTLS");
    }
    SSLSocket tls =
        (SSLSocket)
            identity
                .context()
                .getSocketFactory()
                .createSocket(raw, identity.name(), raw.getPort(), true);
    SSLParameters parameters = tls.getSSLParameters();
    serverName(identity.name()).ifPresent(name -> parameters.setServerNames(List.of(name)));
    if (identity.named()) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 9525 in JSSE's words
    }
    tls.setSSLParameters(parameters);
    tls.setSoTimeout(deadline.within(timeout).remainingMillis());
    watchdog.arm(timeout);
    tls.startHandshake();
    watchdog.disarm();
    use(tls);
  }

  private static Optional<SNIHostName> serverName(String host) {
    try {
      boolean name =
          host.indexOf(':') < 0 && !host.matches("[0-9.]+"); // RFC 6066 section 3: no addresses
      return name ? Optional.of(new SNIHostName(host)) : Optional.empty();
    } catch (IllegalArgumentException noHostName) {
      return Optional.empty(); // such as one with an underscore: go without
    }
  }

  /** {@code TLSv1.3 TLS_AES_128_GCM_SHA256}; empty when in the clear. */
  String tls() {
    return socket instanceof SSLSocket tls
        ? tls.getSession().getProtocol() + " " + tls.getSession().getCipherSuite()
        : "";
  }

  /** What the server has shown, its own certificate first; empty when in the clear. */
  List<X509Certificate> certificates() {
    try {
      return socket instanceof SSLSocket tls
          ? Arrays.stream(tls.getSession().getPeerCertificates())
              .map(X509Certificate.class::cast)
              .toList()
          : List.of();
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
  }

  /** Hangs up at once; what is buffered is not sent. */
  @Override
  public void close() {
    watchdog.close();
    try {
      raw.close();
    } catch (IOException alreadyBroken) {
      return; // nothing is lost with a connection that nobody needs
    }
  }
}
