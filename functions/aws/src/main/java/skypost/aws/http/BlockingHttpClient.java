package skypost.aws.http;

import java.io.IOException;
import java.time.Duration;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * Blocking requests over kept connections, for as many threads as there are connections. Of the CPU
 * time of a request through the SDK, Apache's client took a third; this one takes a write and a
 * read.
 */
public final class BlockingHttpClient implements SdkHttpClient {
  private final ConnectionPool pool;

  /**
   * What a client may do and how long it waits.
   *
   * @param maxConnections at once, of all hosts together
   * @param connect for a connection, TLS included
   * @param read for the next octets of an answer; longer than a long poll of SQS (20 s)
   * @param acquire for a connection while all are in use
   */
  public record Options(int maxConnections, Duration connect, Duration read, Duration acquire) {
    /** The usual waits, those of the SDK's own clients except for a longer read. */
    public static Options of(int maxConnections) {
      return new Options(
          maxConnections, Duration.ofSeconds(2), Duration.ofSeconds(60), Duration.ofSeconds(10));
    }
  }

  public BlockingHttpClient(Options options) {
    this.pool = new ConnectionPool(options);
  }

  /** With the usual waits. */
  public static BlockingHttpClient of(int maxConnections) {
    return new BlockingHttpClient(Options.of(maxConnections));
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new Exchange(request);
  }

  /** One request; another thread may abort it. */
  private final class Exchange implements ExecutableHttpRequest {
    private final HttpExecuteRequest request;
    private volatile HttpConnection connection;
    private volatile boolean aborted;

    Exchange(HttpExecuteRequest request) {
      this.request = request;
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      Origin origin = Origin.of(request.httpRequest());
      HttpConnection kept = pool.acquire(origin);
      try {
        return on(kept);
      } catch (HttpConnection.Stale stale) {
        // The host had closed it before our request came: that says nothing about the request.
        return on(pool.acquireNew(origin));
      }
    }

    private HttpExecuteResponse on(HttpConnection used) throws IOException {
      used.usedBy(this);
      connection = used;
      try {
        if (aborted) {
          throw new IOException("aborted");
        }
        return used.exchange(request, this);
      } catch (IOException | RuntimeException fault) {
        used.close(this);
        throw fault;
      }
    }

    @Override
    public void abort() {
      aborted = true;
      HttpConnection used = connection;
      if (used != null) {
        used.close(this);
      }
    }
  }

  @Override
  public String clientName() {
    return "Skypost";
  }

  /** Closes idle connections; those in use end with their requests. */
  @Override
  public void close() {
    pool.close();
  }
}
