package skypost.protocol.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import skypost.protocol.log.EventLog;

/** A listener: one virtual thread per connection, blocking I/O, bounded by a semaphore. */
public final class TcpServer implements AutoCloseable {
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration STUCK_WRITE =
      Duration.ofMinutes(5); // RFC 5321 section 4.5.3.2 gives replies five minutes
  private static final Duration LATE_READ =
      Duration.ofSeconds(5); // beyond its limit, which a plain socket keeps by itself
  private static final Duration SWEEP = Duration.ofSeconds(15);

  /** Serves one connection; the server closes it afterwards. */
  @FunctionalInterface
  public interface Service {
    void serve(Wire wire) throws IOException;
  }

  /**
   * What a listener needs to know.
   *
   * @param name for logs and threads, such as {@code submission}
   * @param address where to listen; port 0 lets the system choose
   * @param maxConnections how many at once
   * @param tls TLS from the first octet on; empty: plain, perhaps STARTTLS later
   * @param busy what a connection beyond the limit is told
   * @param farewell what an idle connection is told when the server goes down
   * @param proxied peers that must begin with a PROXY protocol v2 header, and are believed
   * @param admission who is served
   * @param refusals told of each connection that is not served to its end; from any thread
   */
  public record Options(
      String name,
      InetSocketAddress address,
      int maxConnections,
      Optional<SSLContext> tls,
      String busy,
      String farewell,
      Predicate<InetAddress> proxied,
      Admission admission,
      Consumer<Refusal> refusals) {
    /** Everybody is served. */
    public Options(
        String name,
        InetSocketAddress address,
        int maxConnections,
        Optional<SSLContext> tls,
        String busy,
        String farewell,
        Predicate<InetAddress> proxied) {
      this(
          name,
          address,
          maxConnections,
          tls,
          busy,
          farewell,
          proxied,
          Admission.EVERYBODY,
          why -> {});
    }

    /** A plain listener without proxies. */
    public static Options plain(
        String name, InetSocketAddress address, int maxConnections, String busy, String farewell) {
      return new Options(
          name, address, maxConnections, Optional.empty(), busy, farewell, peer -> false);
    }

    /** The same with TLS from the first octet on. */
    public Options withTls(SSLContext context) {
      return new Options(
          name,
          address,
          maxConnections,
          Optional.of(context),
          busy,
          farewell,
          proxied,
          admission,
          refusals);
    }

    /** The same behind proxies. */
    public Options withProxied(Predicate<InetAddress> peers) {
      return new Options(
          name, address, maxConnections, tls, busy, farewell, peers, admission, refusals);
    }

    /** The same with somebody who decides who is served. */
    public Options withAdmission(Admission decides) {
      return new Options(
          name, address, maxConnections, tls, busy, farewell, proxied, decides, refusals);
    }

    /** The same with somebody who counts what is refused. */
    public Options withRefusals(Consumer<Refusal> counter) {
      return new Options(
          name, address, maxConnections, tls, busy, farewell, proxied, admission, counter);
    }
  }

  private final Options options;
  private final Service service;
  private final ServerSocket listener;
  private final Semaphore free;
  private final Set<Wire> open = ConcurrentHashMap.newKeySet();
  private final Thread acceptor;
  private volatile boolean closing;
  private volatile boolean refusing; // whether the last attempt to accept a connection failed

  private TcpServer(Options options, Service service) throws IOException {
    this.options = options;
    this.service = service;
    this.free = new Semaphore(options.maxConnections());
    this.acceptor = Thread.ofPlatform().name(options.name() + "-accept").unstarted(this::accept);
    this.listener = new ServerSocket();
    listener.setReuseAddress(true);
    try {
      listener.bind(options.address(), 1024);
    } catch (IOException taken) {
      listener.close();
      throw new IOException(
          "cannot listen on "
              + options.address()
              + " for "
              + options.name()
              + ": "
              + taken.getMessage(),
          taken);
    }
  }

  /** Listens and serves from now on. */
  public static TcpServer start(Options options, Service service) throws IOException {
    TcpServer server = new TcpServer(options, service);
    server.acceptor.start();
    Thread.ofVirtual().name(options.name() + "-sweep").start(server::sweep);
    return server;
  }

  /** The port, also when the system chose it. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Connections being served now. */
  public int connections() {
    return open.size();
  }

  /**
   * Whether connections are taken: the listener is open and the system gives us its connections.
   * That all places are taken is no fault; those who come then are told so.
   */
  public boolean isAccepting() {
    return !closing && !refusing && acceptor.isAlive();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        refusing = false;
        place(socket);
      } catch (IOException | OutOfMemoryError fault) {
        if (!listener.isClosed()) {
          refusing = true;
          EventLog.error("accept").with("port", port()).cause(fault).write();
          pause(
              Duration.ofMillis(
                  100)); // out of file descriptors, most likely: give them time to come back
        }
      }
    }
  }

  private void place(Socket socket) {
    if (closing || !free.tryAcquire()) {
      Thread.ofVirtual().start(() -> refuse(socket));
      return;
    }
    boolean started = false;
    try {
      Thread.ofVirtual().name(options.name()).start(() -> run(socket));
      started = true;
    } finally {
      if (!started) {
        free.release();
        closeQuietly(socket);
      }
    }
  }

  private void refuse(Socket socket) {
    try (socket;
        Wire wire = new Wire(socket)) {
      if (closing) {
        turnAway(wire, Refusal.SHUTTING_DOWN, options.farewell());
      } else {
        turnAway(wire, Refusal.NO_PLACE, options.busy());
      }
    } catch (IOException gone) {
      // told or not, there is no room
    }
  }

  /** Over TLS nothing can be said before a handshake, which nobody gets who is not served. */
  private void turnAway(Wire wire, Refusal why, String told) throws IOException {
    options.refusals().accept(why);
    EventLog.warn("busy")
        .with("service", options.name())
        .with("client", wire.remoteAddress())
        .with("reason", why.reason())
        .write();
    if (options.tls().isEmpty()) {
      wire.write(told);
    }
  }

  private void run(Socket socket) {
    try (socket) {
      Wire wire = new Wire(socket);
      open.add(wire);
      try (wire) {
        identify(wire);
        switch (options.admission().decide(wire.remote().getAddress())) {
          case Admission.TurnedAway(Refusal why, String told) -> turnAway(wire, why, told);
          case Admission.Admitted(Runnable leave) -> serve(wire, leave);
        }
      } finally {
        open.remove(wire);
      }
    } catch (IOException fault) {
      logFault(socket, fault);
    } catch (RuntimeException | Error fault) {
      EventLog.error("session").with("service", options.name()).cause(fault).write();
    } finally {
      free.release();
    }
  }

  private void serve(Wire wire, Runnable leave) throws IOException {
    try {
      begin(wire);
      service.serve(wire);
    } finally {
      leave.run();
    }
  }

  private void identify(Wire wire) throws IOException {
    wire.timeout(HANDSHAKE_TIMEOUT);
    if (options.proxied().test(wire.remote().getAddress())) {
      ProxyHeader.read(wire).source().ifPresent(wire::remote);
    }
  }

  private void begin(Wire wire) throws IOException {
    if (options.tls().isPresent()) {
      try {
        wire.startTls(options.tls().get());
      } catch (SSLException fault) {
        options.refusals().accept(Refusal.TLS);
        throw fault;
      }
    }
    if (closing) {
      wire.drain(new byte[0]);
    }
  }

  private void logFault(Socket socket, IOException fault) {
    if (!Wire.isPeerGone(fault)) {
      EventLog.warn("connection")
          .with("service", options.name())
          .with("client", socket.getInetAddress().getHostAddress())
          .cause(fault)
          .write();
    } // a health check or a port scan that hangs up is not worth a line
  }

  private void sweep() {
    while (!closing) {
      open.forEach(wire -> {
        if (wire.abortIfStuck(STUCK_WRITE) || wire.abortIfLate(LATE_READ)) {
          options.refusals().accept(Refusal.SLOW_CLIENT);
        }
      });
      pause(SWEEP);
    }
  }

  /** Stops at once: running sessions are cut off. */
  @Override
  public void close() {
    drain(Duration.ZERO);
  }

  /**
   * Serves nobody new, ends idle sessions with the farewell, gives running transactions time, and
   * cuts off what is left. Whoever connects meanwhile gets the farewell, too.
   *
   * @return whether every session came to its own end
   */
  public boolean drain(Duration limit) {
    closing = true;
    byte[] farewell = options.farewell().getBytes(StandardCharsets.ISO_8859_1);
    // Each by itself: a peer that does not read may block the farewell, which must not hold up the
    // others.
    open.forEach(wire -> Thread.ofVirtual().start(() -> wire.drain(farewell)));
    boolean drained = awaitEnd(limit);
    stopListening();
    open.forEach(Wire::abort);
    return drained;
  }

  private void stopListening() {
    try {
      listener.close();
    } catch (IOException fault) {
      EventLog.warn("close").with("service", options.name()).cause(fault).write();
    }
  }

  private boolean awaitEnd(Duration limit) {
    try {
      if (!free.tryAcquire(options.maxConnections(), limit.toNanos(), TimeUnit.NANOSECONDS)) {
        return false;
      }
      free.release(options.maxConnections());
      return true;
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      // nothing more to do
    }
  }
}
