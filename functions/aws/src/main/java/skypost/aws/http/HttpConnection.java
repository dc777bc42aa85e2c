package skypost.aws.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/** One connection: a request, its answer, and the next request when the answer has been read. */
final class HttpConnection {
  private static final int EXPECTATION = 1000; // ms; then the content is sent all the same
  private static final long DOUBTFUL = TimeUnit.SECONDS.toNanos(1); // idle for longer: look first

  private final Origin origin;
  private final ConnectionPool pool;
  private final Socket socket;
  private final int readTimeout;
  private final ResponseReader in;
  private final OutputStream out;
  private final AtomicReference<Object> user = new AtomicReference<>();
  private boolean reused;
  private long idleSince;

  private HttpConnection(Origin origin, ConnectionPool pool, Socket socket, int readTimeout)
      throws IOException {
    this.origin = origin;
    this.pool = pool;
    this.socket = socket;
    this.readTimeout = readTimeout;
    this.in = new ResponseReader(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  /** A kept connection that the host had closed: nothing of an answer came. */
  static final class Stale extends IOException {
    private static final long serialVersionUID = 1;

    Stale(IOException cause) {
      super(cause);
    }
  }

  static HttpConnection open(Origin origin, ConnectionPool pool, BlockingHttpClient.Options options)
      throws IOException {
    int timeout = Math.toIntExact(options.connect().toMillis());
    Socket socket = connect(origin, timeout);
    try {
      socket.setTcpNoDelay(true);
      if (origin.tls()) {
        socket.setSoTimeout(timeout);
        socket = secure(socket, origin);
      }
      int readTimeout = Math.toIntExact(options.read().toMillis());
      socket.setSoTimeout(readTimeout);
      return new HttpConnection(origin, pool, socket, readTimeout);
    } catch (IOException | RuntimeException fault) {
      socket.close();
      throw fault;
    }
  }

  /** To the first of the host's addresses that answers. */
  private static Socket connect(Origin origin, int timeout) throws IOException {
    IOException last = null;
    for (InetAddress address : InetAddress.getAllByName(origin.host())) {
      Socket socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(address, origin.port()), timeout);
        return socket;
      } catch (IOException fault) {
        socket.close();
        last = fault;
      }
    }
    throw last;
  }

  /** RFC 9110 section 4.3.4: the certificate must name the host. */
  private static Socket secure(Socket plain, Origin origin) throws IOException {
    var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    var socket = (SSLSocket) factory.createSocket(plain, origin.host(), origin.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  Origin origin() {
    return origin;
  }

  long idleNanos() {
    return System.nanoTime() - idleSince;
  }

  /** Whether a kept connection is still one, as far as can be seen. */
  boolean isUsable() {
    if (idleNanos() < DOUBTFUL) {
      return true;
    }
    try {
      socket.setSoTimeout(1);
      try {
        return !in.hasEnded();
      } finally {
        socket.setSoTimeout(readTimeout);
      }
    } catch (IOException gone) {
      return false;
    }
  }

  /** It is a kept one. */
  void reuse() {
    reused = true;
  }

  /**
   * Sends a request and reads the head of its answer.
   *
   * @param by who uses it from now on, until {@link #release} or {@link #close}
   * @throws Stale when nobody was there
   */
  HttpExecuteResponse exchange(HttpExecuteRequest execute, Object by) throws IOException {
    SdkHttpRequest request = execute.httpRequest();
    var writer = new RequestWriter(out, origin);
    IOException broken = null;
    try {
      writer.head(request, execute.contentStreamProvider().isPresent());
      Optional<SdkHttpFullResponse> early =
          writer.expectsContinue() ? beforeContent() : Optional.empty();
      if (early.isPresent()) {
        return answer(
            execute,
            by,
            new Head(early.get(), false)); // the content was not sent, so it cannot go on
      }
      if (execute.contentStreamProvider().isPresent()) {
        try (InputStream content = execute.contentStreamProvider().get().newStream()) {
          writer.content(content);
        }
      }
      writer.flush();
    } catch (SocketTimeoutException slow) {
      throw slow;
    } catch (IOException fault) {
      broken = fault; // a host that refuses may answer and close before all is sent
    }
    try {
      SdkHttpFullResponse head = in.head();
      while (head.statusCode() < 200) { // RFC 9110 section 15.2: interim
        head = in.head();
      }
      return answer(execute, by, new Head(head, broken == null));
    } catch (SocketTimeoutException slow) {
      throw slow;
    } catch (IOException fault) {
      IOException first = broken == null ? fault : broken;
      throw reused && !in.hasBegun() ? new Stale(first) : first;
    }
  }

  /** What the host says to the head; empty when it wants the content, or says nothing. */
  private Optional<SdkHttpFullResponse> beforeContent() throws IOException {
    socket.setSoTimeout(EXPECTATION);
    try {
      SdkHttpFullResponse said = in.head();
      return said.statusCode() == 100 ? Optional.empty() : Optional.of(said);
    } catch (SocketTimeoutException silent) {
      return Optional.empty();
    } finally {
      socket.setSoTimeout(readTimeout);
    }
  }

  /**
   * The head of an answer.
   *
   * @param goesOn whether the connection is of use when the answer has been read
   */
  record Head(SdkHttpFullResponse response, boolean goesOn) {}

  private HttpExecuteResponse answer(HttpExecuteRequest execute, Object by, Head head)
      throws IOException {
    int status = head.response().statusCode();
    boolean bodyless =
        execute.httpRequest().method() == SdkHttpMethod.HEAD || status == 204 || status == 304;
    var body = new ResponseBody(this, by, in, head, bodyless);
    return HttpExecuteResponse.builder()
        .response(head.response())
        .responseBody(bodyless ? null : AbortableInputStream.create(body, () -> close(by)))
        .build();
  }

  void usedBy(Object by) {
    user.set(by);
  }

  /** The answer has been read: the next request may come. */
  void release(Object by) {
    if (!in.isAtRest()) { // more came than was asked for
      close(by);
    } else if (user.compareAndSet(by, null)) {
      idleSince = System.nanoTime();
      pool.keep(this);
    }
  }

  /** Ends a connection, if it is still used by this one. */
  void close(Object by) {
    if (user.compareAndSet(by, null)) {
      disconnect();
      pool.ended();
    }
  }

  /** Ends a connection that is no longer the pool's. */
  void disconnect() {
    try {
      socket.close();
    } catch (IOException gone) {
      return;
    }
  }

  static EOFException cutOff() {
    return new EOFException("the connection ended within an answer");
  }
}
