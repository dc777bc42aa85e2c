package skypost.mail.report;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/**
 * {@link PostReports} by the JDK's HTTP client. It follows nowhere, and goes to nobody's inside.
 */
public final class HttpsReports implements PostReports, AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client;
  private final boolean isInsideAllowed;

  /**
   * @param tls whom to believe
   * @param isInsideAllowed whether servers at private addresses are spoken to: whoever publishes a
   *     record says where we connect to
   */
  public HttpsReports(SSLContext tls, boolean isInsideAllowed) {
    this.client =
        HttpClient.newBuilder()
            .sslContext(tls)
            .connectTimeout(TIMEOUT)
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
            .timeout(TIMEOUT)
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(file))
            .build();
    try {
      int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status / 100 != 2) {
        throw new IOException(where.getHost() + " answered " + status);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stopped);
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
    client.close();
  }
}
