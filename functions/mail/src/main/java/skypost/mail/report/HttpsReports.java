package skypost.mail.report;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * {@link PostReports} by the JDK's HTTP client. It follows nowhere, and goes to nobody's inside.
 */
public final class HttpsReports implements PostReports, AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client;
  private final Duration timeout;
  private final boolean isInsideAllowed;

  /**
   * @param tls whom to believe
   * @param isInsideAllowed whether servers at private addresses are spoken to: whoever publishes a
   *     record says where we connect to
   */
  public HttpsReports(SSLContext tls, boolean isInsideAllowed) {
    this(tls, isInsideAllowed, TIMEOUT);
  }

  /**
   * @param timeout of a whole exchange, from the connection to the end of the answer
   */
  HttpsReports(SSLContext tls, boolean isInsideAllowed, Duration timeout) {
    this.timeout = timeout;
    this.client =
        HttpClient.newBuilder()
            .sslContext(tls)
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.isInsideAllowed = isInsideAllowed;
  }

  @Override
  public void post(URI where, String type, byte[] file) throws IOException {
    if (!"https".equalsIgnoreCase(where.getScheme()) || where.getHost() == null) {
      throw new IOException(where + " is no place to post to");
    }
    if (!isInsideAllowed && isInside(where.getHost())) {
      throw new IOException(where.getHost() + " is at a private address");
    }
    HttpRequest request =
        HttpRequest.newBuilder(where)
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(file))
            .build();
    // The client's own limit ends with the headers: a server may let a body drip for ever
    CompletableFuture<HttpResponse<Void>> answer =
        client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
    try {
      int status = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      if (status / 100 != 2) {
        throw new IOException(where.getHost() + " answered " + status);
      }
    } catch (TimeoutException slow) {
      throw new IOException(where.getHost() + " is too slow", slow);
    } catch (ExecutionException fault) {
      throw new IOException(where.getHost() + ": " + fault.getCause(), fault);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stopped);
    } finally {
      answer.cancel(true); // which closes the connection where it is not over
    }
  }

  private static boolean isInside(String host) throws IOException {
    for (InetAddress address : InetAddress.getAllByName(host)) {
      boolean isUniqueLocal = // RFC 4193
          address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc;
      if (address.isLoopbackAddress()
          || address.isAnyLocalAddress()
          || address.isLinkLocalAddress()
          || address.isSiteLocalAddress()
          || isUniqueLocal) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
