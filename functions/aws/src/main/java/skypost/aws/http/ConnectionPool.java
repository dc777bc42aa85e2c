package skypost.aws.http;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Connections, in use or kept for the next request. The one used last is used first, so that those
 * beyond what is needed grow old and go.
 */
final class ConnectionPool {
  /** AWS closes idle connections sooner or later; one this old is not worth a look. */
  private static final long MAX_IDLE = TimeUnit.SECONDS.toNanos(50);

  private final BlockingHttpClient.Options options;
  private final Semaphore permits;
  private final Map<Origin, Deque<HttpConnection>> idle = new HashMap<>();
  private boolean closed;

  ConnectionPool(BlockingHttpClient.Options options) {
    this.options = options;
    this.permits = new Semaphore(options.maxConnections());
  }

  /** A connection for one request, kept or new; it comes back by itself, or is closed. */
  HttpConnection acquire(Origin origin) throws IOException {
    acquirePermit();
    try {
      for (HttpConnection kept = take(origin); kept != null; kept = take(origin)) {
        if (kept.isUsable()) {
          kept.reuse();
          return kept;
        }
        kept.disconnect();
      }
      return HttpConnection.open(origin, this, options);
    } catch (IOException | RuntimeException fault) {
      permits.release();
      throw fault;
    }
  }

  /** A connection that is not a kept one. */
  HttpConnection acquireNew(Origin origin) throws IOException {
    acquirePermit();
    try {
      return HttpConnection.open(origin, this, options);
    } catch (IOException | RuntimeException fault) {
      permits.release();
      throw fault;
    }
  }

  private void acquirePermit() throws IOException {
    try {
      if (!permits.tryAcquire()
          && !permits.tryAcquire(options.acquire().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new IOException("all " + options.maxConnections() + " connections are in use");
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stop);
    }
  }

  private synchronized HttpConnection take(Origin origin) {
    Deque<HttpConnection> kept = idle.get(origin);
    return kept == null ? null : kept.pollFirst();
  }

  /** Takes back a connection whose answer was read to its end. */
  void keep(HttpConnection connection) {
    HttpConnection old;
    synchronized (this) {
      Deque<HttpConnection> kept =
          idle.computeIfAbsent(connection.origin(), _ -> new ArrayDeque<>());
      kept.addFirst(connection);
      old = closed || kept.getLast().idleNanos() > MAX_IDLE ? kept.pollLast() : null;
    }
    permits.release();
    if (old != null) {
      old.disconnect();
    }
  }

  /** A connection that was in use has been closed. */
  void ended() {
    permits.release();
  }

  void close() {
    Map<Origin, Deque<HttpConnection>> all;
    synchronized (this) {
      closed = true;
      all = new HashMap<>(idle);
      idle.clear();
    }
    all.values().forEach(kept -> kept.forEach(HttpConnection::disconnect));
  }
}
