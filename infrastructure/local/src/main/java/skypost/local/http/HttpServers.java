package skypost.local.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import skypost.protocol.log.EventLog;

/**
 * The JDK's HTTP server as the local endpoints use it: on 127.0.0.1, with a virtual thread for each
 * request.
 */
public final class HttpServers {
  static {
    // read once, when the server's classes are loaded
    System.setProperty(
        "sun.net.httpserver.nodelay", "true"); // or delayed acknowledgements cost 40 ms an answer
    System.setProperty(
        "sun.net.httpserver.maxReqTime",
        "60"); // seconds: a peer that sends slowly holds no connection for ever
    System.setProperty("sun.net.httpserver.maxReqHeaderSize", "65536");
  }

  private HttpServers() {}

  /** Starts a server; a handler that throws is answered for with 500. */
  public static HttpServer start(int port, HttpHandler handler) throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    } catch (BindException taken) {
      throw new BindException("port " + port + " is in use");
    }
    server.createContext("/", exchange -> answer(exchange, handler));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, HttpHandler handler) throws IOException {
    try (exchange) {
      handler.handle(exchange);
    } catch (RuntimeException fault) {
      EventLog.error("http-failed")
          .with("path", exchange.getRequestURI().getPath())
          .cause(fault)
          .write();
      respond(
          exchange,
          500,
          "application/json",
          "{\"message\":\"Internal Server Error\"}".getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Sends a whole answer. */
  public static void respond(HttpExchange exchange, int status, String contentType, byte[] body)
      throws IOException {
    if (contentType != null) {
      exchange.getResponseHeaders().set("Content-Type", contentType);
    }
    boolean bodyless =
        exchange.getRequestMethod().equals("HEAD")
            || status == 204
            || status == 304
            || body.length == 0;
    exchange.sendResponseHeaders(status, bodyless ? -1 : body.length);
    if (!bodyless) {
      exchange.getResponseBody().write(body);
    }
  }

  /**
   * Reads a request's body.
   *
   * @return null when there is more than {@code most} bytes
   */
  public static byte[] body(HttpExchange exchange, int most) throws IOException {
    InputStream in = exchange.getRequestBody();
    byte[] body = in.readNBytes(most);
    return in.read() < 0 ? body : null;
  }
}
