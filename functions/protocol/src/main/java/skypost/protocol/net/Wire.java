package skypost.protocol.net;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * One connection's buffered input and output. One thread reads and writes; {@link TcpServer} may
 * end it from another.
 *
 * <p>Output is collected and goes out in one piece before the next read that would block, which is
 * what PIPELINING wants (RFC 2920 section 3.2). An idle connection holds half a kilobyte of buffer
 * and no more.
 */
public final class Wire implements Closeable {
  /** How much of an overlong line is read before the peer is given up. */
  public static final int MAX_DISCARD = 1 << 20;

  /**
   * Who may end the connection now: nobody, or the server because the session waits between two
   * commands.
   */
  private enum Phase {
    BUSY,
    WAITING,
    ENDED
  }

  private final Optional<Socket> socket;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.BUSY);
  private InputStream in;
  private OutputStream out;
  private Optional<TlsLayer> tls = Optional.empty();
  private InetSocketAddress remote;

  private final InputBuffer input = new InputBuffer();
  private final OutputBuffer output = new OutputBuffer();

  private Duration timeout = Duration.ofMinutes(5);
  private boolean interruptible = true;
  private volatile boolean closing;
  private volatile long readBy; // in nanoseconds; 0: nothing is awaited

  /** A connection over a connected socket. */
  public Wire(Socket socket) throws IOException {
    socket.setTcpNoDelay(
        true); // output is collected here; Nagle and a delayed ACK would cost 40 ms a reply
    this.socket = Optional.of(socket);
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    this.remote = (InetSocketAddress) socket.getRemoteSocketAddress();
  }

  private Wire(InputStream in, OutputStream out, InetSocketAddress remote) {
    this.socket = Optional.empty();
    this.in = in;
    this.out = out;
    this.remote = remote;
  }

  /** A connection over two streams, in memory: no TLS, no timeouts. */
  public static Wire over(InputStream in, OutputStream out, InetAddress remote) {
    return new Wire(in, out, new InetSocketAddress(remote, 0));
  }

  /** The peer, or whom the PROXY header named. */
  public InetSocketAddress remote() {
    return remote;
  }

  /** The peer's IP address in text, without port and zone. */
  public String remoteAddress() {
    String text = remote.getAddress().getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }

  void remote(InetSocketAddress named) {
    remote = named;
  }

  /**
   * How long a read of a line or of a block may take; {@link SocketTimeoutException} after that.
   */
  public void timeout(Duration limit) {
    timeout = limit;
  }

  /**
   * Whether {@link #readLine} may be ended by a server that goes down; false while a transaction
   * runs.
   */
  public void interruptible(boolean may) {
    interruptible = may;
  }

  // ---- input

  /** Whether input has been read from the network and not yet been taken. */
  public boolean hasBufferedInput() {
    return !input.isEmpty();
  }

  /**
   * Waits for input before the peer has been told anything: whether it speaks out of turn.
   *
   * @throws EOFException when it hangs up instead
   */
  public boolean hasInputWithin(Duration limit) throws IOException {
    if (!input.isEmpty()) {
      return true;
    }
    try {
      if (!fill(limit.toNanos())) {
        throw new EOFException("the peer hung up before the greeting");
      }
      return true;
    } catch (SocketTimeoutException patient) {
      return false;
    }
  }

  /** Whether the next line is here already, so that reading it waits for nobody. */
  public boolean hasBufferedLine() throws IOException {
    while (input.lineEnd(0) < 0) {
      if (closing || input.length() >= InputBuffer.BULK || in.available() <= 0 || !input.fill(in)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads a line of at most {@code maxOctets}, its CRLF included. The whole line has to come within
   * the timeout, so a peer that sends an octet a minute gains nothing.
   */
  public Line readLine(int maxOctets) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    int seen = 0;
    while (true) {
      int end = input.lineEnd(seen);
      if (end >= 0) {
        return input.takeLine(end, maxOctets);
      }
      seen = input.length();
      if (seen > maxOctets) {
        return discardLine(deadline);
      }
      if (seen == 0 && closing && interruptible) {
        return new Line.Closing();
      }
      boolean more = seen == 0 && interruptible ? awaitCommand(deadline) : await(deadline);
      if (!more) {
        return new Line.End();
      }
    }
  }

  /**
   * Reads what there is, at least one octet, at most {@code length}; -1 at the end. Waits at most
   * the timeout.
   */
  public int read(byte[] target, int offset, int length) throws IOException {
    return input.isEmpty() && !fillBulk() ? -1 : input.take(target, offset, length);
  }

  /** Takes input from the buffer where it lies. */
  @FunctionalInterface
  public interface Taker {
    /**
     * @return how many octets from {@code from} on were taken
     */
    int take(byte[] buffer, int from, int to);
  }

  /**
   * Shows a taker what there is, at least one octet; false at the end. Waits at most the timeout.
   */
  public boolean take(Taker taker) throws IOException {
    if (input.isEmpty() && !fillBulk()) {
      return false;
    }
    input.take(taker);
    return true;
  }

  /** Reads exactly that many octets and not one more from the network: for what precedes TLS. */
  public byte[] readExactly(int count) throws IOException {
    byte[] bytes = new byte[count];
    int done = input.take(bytes, 0, count);
    flush();
    beginRead(timeout.toNanos());
    try {
      while (done < count) {
        int read = in.read(bytes, done, count - done);
        if (read < 0) {
          throw new EOFException("the peer hung up");
        }
        done += read;
      }
    } finally {
      readBy = 0;
    }
    return bytes;
  }

  private Line discardLine(long deadline) throws IOException {
    int discarded = 0;
    while (true) {
      int end = input.lineEnd(0);
      if (end >= 0) {
        input.discard(end + 1);
        return new Line.TooLong(false);
      }
      discarded += input.length();
      input.discard(input.length());
      if (discarded > MAX_DISCARD) {
        return new Line.TooLong(true);
      }
      if (!await(deadline)) {
        return new Line.End();
      }
    }
  }

  private boolean await(long deadline) throws IOException {
    flush();
    input.shrink();
    return fill(deadline - System.nanoTime());
  }

  /** Waits for input between two commands, where a server that goes down may end the connection. */
  private boolean awaitCommand(long deadline) throws IOException {
    flush();
    if (!phase.compareAndSet(Phase.BUSY, Phase.WAITING)) {
      return false;
    }
    if (closing && phase.compareAndSet(Phase.WAITING, Phase.BUSY)) {
      return true; // the caller looks at closing again
    }
    try {
      boolean filled = await(deadline);
      return phase.compareAndSet(Phase.WAITING, Phase.BUSY) && filled;
    } catch (IOException fault) {
      if (phase.compareAndSet(Phase.WAITING, Phase.BUSY)) {
        throw fault;
      }
      return false; // ended by the server, which has said goodbye
    }
  }

  private boolean fillBulk() throws IOException {
    flush();
    input.expectBulk();
    return fill(timeout.toNanos());
  }

  private boolean fill(long nanos) throws IOException {
    beginRead(nanos);
    try {
      return input.fill(in);
    } finally {
      readBy = 0;
    }
  }

  private void beginRead(long nanos) throws IOException {
    if (socket.isPresent()) {
      if (nanos <= 0) {
        throw new SocketTimeoutException("the line did not come in time");
      }
      readBy = System.nanoTime() + nanos | 1; // never 0, which means that nothing is awaited
      tls.<Socket>map(TlsLayer::socket)
          .orElse(socket.get())
          .setSoTimeout(Math.clamp(nanos / 1_000_000, 1, Integer.MAX_VALUE));
    }
  }

  // ---- output

  /** Adds text to the output; one octet per character. */
  public void write(String latin1) throws IOException {
    byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
    write(bytes, 0, bytes.length);
  }

  /** Adds octets to the output. */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    output.write(out, bytes, offset, length);
  }

  /** Sends what has been written. */
  public void flush() throws IOException {
    output.flush(out);
  }

  // ---- TLS

  /**
   * Begins TLS as the server, after sending what was written. Input that came before the handshake
   * is thrown away: nothing said in plain text survives (RFC 3207 section 6).
   */
  public void startTls(SSLContext context) throws IOException {
    startTls(TlsLayer.server(plain(), remote.getAddress().getHostAddress(), context));
  }

  /**
   * Begins TLS as the client, naming the server by SNI where it has a name; certificates are
   * checked by the context alone.
   */
  public void startTls(SSLContext context, String serverName) throws IOException {
    startTls(TlsLayer.client(plain(), serverName, context));
  }

  private Socket plain() throws IOException {
    if (tls.isPresent()) {
      throw new IllegalStateException("TLS is there already");
    }
    return socket.orElseThrow(() -> new IOException("no TLS on a connection in memory"));
  }

  private void startTls(TlsLayer layer) throws IOException {
    flush();
    input.clear();
    SSLSocket secured = layer.socket();
    secured.setSoTimeout((int) timeout.toMillis());
    readBy = System.nanoTime() + timeout.toNanos() | 1;
    try {
      secured.startHandshake();
    } finally {
      readBy = 0;
    }
    tls = Optional.of(layer);
    in = secured.getInputStream();
    out = secured.getOutputStream();
  }

  /** What TLS negotiated; empty on a plain connection. */
  public Optional<TlsInfo> tls() {
    return tls.map(TlsLayer::info);
  }

  /**
   * The channel binding {@code tls-exporter} (RFC 9266): octets that only the two ends of this TLS
   * connection can make. Empty on a plain connection, and where TLS 1.2 came without the extended
   * master secret, for then a man in the middle could make them too (RFC 9266 section 4.2).
   */
  public Optional<byte[]> tlsExporter() {
    return tls.flatMap(TlsLayer::exporter);
  }

  // ---- end

  /** Sends what was written and closes; never throws, for the peer may be gone. */
  @Override
  public void close() {
    try {
      flush();
    } catch (IOException gone) {
      // nobody is left to read it
    }
    try {
      if (tls.isPresent() && !tls.get().socket().isClosed()) {
        // close_notify; SSLSocket.close() would wait for the peer's as well
        tls.get().socket().shutdownOutput();
      }
      closeGently();
    } catch (IOException gone) {
      // closing was all that was wanted
    } finally {
      abort();
    }
  }

  /** Closes without a word. */
  void abort() {
    try {
      if (socket.isPresent()) {
        socket.get().close();
      } else {
        out.close();
        in.close();
      }
    } catch (IOException gone) {
      // closing was all that was wanted
    }
  }

  /**
   * Closing with unread input sends a RST, which may overtake our last reply; so say FIN first and
   * take what is there.
   */
  private void closeGently() throws IOException {
    if (socket.isEmpty() || socket.get().isClosed()) {
      return;
    }
    socket.get().shutdownOutput();
    InputStream rest = socket.get().getInputStream();
    byte[] scrap = new byte[InputBuffer.IDLE];
    int budget = MAX_DISCARD;
    while (budget > 0 && rest.available() > 0) {
      int count = rest.read(scrap);
      if (count < 0) {
        return;
      }
      budget -= count;
    }
  }

  /** Whether the server is going down. */
  public boolean closing() {
    return closing;
  }

  /**
   * From the server that goes down: ends a session that waits between commands, and tells others by
   * {@link Line.Closing}.
   */
  void drain(byte[] farewell) {
    closing = true;
    if (phase.compareAndSet(Phase.WAITING, Phase.ENDED)) {
      try {
        out.write(farewell);
        out.flush();
      } catch (IOException gone) {
        // the peer hung up first
      }
      abort();
    }
  }

  /**
   * Ends a connection whose peer has not read for that long: a blocking write knows no timeout of
   * its own. @return whether it was ended
   */
  boolean abortIfStuck(Duration limit) {
    boolean stuck = output.isStuck(limit);
    if (stuck) {
      abort();
    }
    return stuck;
  }

  /**
   * Ends a connection whose peer still keeps a read or a handshake waiting so long after its limit.
   * A socket's own timeout begins anew with every octet of a TLS record, so a peer that sends one a
   * second would hold on for hours. @return whether it was ended
   */
  boolean abortIfLate(Duration limit) {
    long by = readBy;
    boolean late = by != 0 && System.nanoTime() - by > limit.toNanos();
    if (late) {
      abort();
    }
    return late;
  }

  /** Whether a fault is the peer's hanging up or silence, which is no error of ours. */
  public static boolean isPeerGone(IOException fault) {
    return fault instanceof EOFException
        || fault instanceof InterruptedIOException
        || fault instanceof java.net.SocketException
        || fault instanceof javax.net.ssl.SSLException;
  }
}
