package skypost.local.http;

import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import skypost.protocol.log.EventLog;

/**
 * An HTTP/1.1 server for the services that the SDK's clients ask ten times a message: blocking, one
 * thread for each connection from accept to close, so that no request changes hands between
 * threads. It serves what such clients say (RFC 9112): keep-alive, {@code Content-Length}, chunked
 * requests, {@code Expect: 100-continue}; no upgrades, no trailers.
 */
public final class ServiceServer implements AutoCloseable {
  /** Longer than the SDK's HTTP clients keep an idle connection, so that they close it. */
  private static final int IDLE_TIMEOUT = 300_000; // ms

  /** A read of the system is waited for in the kernel; beyond so many, stacks would cost more. */
  private static final int PLATFORM_THREADS = 64;

  private static final int BACKLOG = 256;

  private final ServerSocket listener;
  private final Service service;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  /** What is done with each request. Called by many threads at once. */
  @FunctionalInterface
  public interface Service {
    /**
     * Answers a request; what it leaves of the body is read and forgotten.
     *
     * @throws IOException when it cannot be answered: the client is told 500
     */
    HttpAnswer answer(HttpRequest request) throws IOException;
  }

  private ServiceServer(ServerSocket listener, Service service) {
    this.listener = listener;
    this.service = service;
  }

  /**
   * Starts serving.
   *
   * @param port on 127.0.0.1; 0 for any
   */
  public static ServiceServer start(int port, Service service) throws IOException {
    var listener = new ServerSocket();
    try {
      listener.bind(new InetSocketAddress("127.0.0.1", port), BACKLOG);
    } catch (BindException taken) {
      listener.close();
      throw new BindException("port " + port + " is in use");
    }
    var server = new ServiceServer(listener, service);
    Thread.ofPlatform().daemon().name("accept " + server.port()).start(server::accept);
    return server;
  }

  /** Where it listens. */
  public int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        connections.add(socket);
        Thread.Builder threads =
            connections.size() <= PLATFORM_THREADS
                ? Thread.ofPlatform().daemon()
                : Thread.ofVirtual();
        threads.name("service " + port()).start(() -> serve(socket));
      } catch (IOException fault) {
        if (!listener.isClosed()) {
          EventLog.warn("accept-failed").with("port", port()).cause(fault).write();
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true); // or delayed acknowledgements cost 40 ms an answer
      socket.setSoTimeout(IDLE_TIMEOUT);
      var reader = new RequestReader(socket.getInputStream(), socket.getOutputStream());
      while (serveOne(reader, socket.getOutputStream())) {
        // one request after the other
      }
    } catch (IOException gone) {
      return; // the client has seen it as well, and asks again
    } finally {
      connections.remove(socket);
    }
  }

  /**
   * @return whether the connection can take another
   */
  private boolean serveOne(RequestReader reader, OutputStream out) throws IOException {
    HttpRequest request;
    try {
      request = reader.next();
    } catch (BadRequest bad) {
      HttpAnswer.of(400, "text/plain", bad.getMessage().getBytes(StandardCharsets.US_ASCII))
          .write(out, true, true);
      return false;
    }
    if (request == null) {
      return false;
    }
    boolean keepAlive = request.keepsAlive();
    try (HttpAnswer answer = answered(request)) {
      keepAlive &= reader.finish();
      answer.write(out, !request.method().equals("HEAD"), !keepAlive);
    }
    return keepAlive;
  }

  private HttpAnswer answered(HttpRequest request) {
    try {
      return service.answer(request);
    } catch (IOException | RuntimeException fault) {
      EventLog.error("http-failed").with("path", request.path()).cause(fault).write();
      return HttpAnswer.of(500, "application/json", "{}".getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Ends all connections. */
  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : connections) {
        socket.close();
      }
    } catch (IOException fault) {
      EventLog.warn("close-failed").cause(fault).write();
    }
  }
}
