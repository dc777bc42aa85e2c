package skypost.protocol.smtp.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Open connections, used again by whoever has more for the same host on the same terms. A
 * connection is one thread's at a time. Thread safe.
 *
 * <p>When {@link Limits#atOnce} are at work for a host, one more waits a moment for one of them to
 * come free, and then opens its own: so a fast server gets few connections, and a slow one holds
 * nobody up.
 */
public final class ConnectionPool {
  private final SmtpClient client;
  private final Limits limits;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Line, Deque<Idle>> idle = new HashMap<>();
  private final Map<Line, Integer> busy = new HashMap<>();

  /**
   * What is kept, and for how long.
   *
   * @param atOnce connections to a host that are opened without waiting
   * @param patience how long one waits for a connection to come free
   * @param idle after so long without use it is closed
   * @param age after so long it is not used again
   * @param transactions after so many it is not used again
   */
  public record Limits(
      int atOnce, Duration patience, Duration idle, Duration age, int transactions) {
    /** As long as a new connection usually takes; then as Postfix has them. */
    public static final Limits USUAL =
        new Limits(2, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofMinutes(5), 100);
  }

  /** What two hops must have in common to share connections: any address of a host will do. */
  private record Line(String host, int port, TlsDemand tls, Optional<ClientLogin> login) {
    static Line of(Hop hop) {
      return new Line(hop.peer().host(), hop.peer().address().getPort(), hop.tls(), hop.login());
    }
  }

  private record Idle(SmtpConnection connection, Deadline until) {}

  public ConnectionPool(SmtpClient client, Limits limits) {
    this.client = client;
    this.limits = limits;
  }

  /** Of the usual limits. */
  public ConnectionPool(SmtpClient client) {
    this(client, Limits.USUAL);
  }

  /**
   * How a connection is wanted.
   *
   * @param envelope no wait before the content is longer
   * @param finalReply the wait for the reply to the end of the content is not longer; with less
   *     than that before the deadline content is not sent to its end
   * @param deadline when it is cut at the latest
   * @param fresh whether it must be a new one
   */
  public record Terms(Duration envelope, Duration finalReply, Deadline deadline, boolean fresh) {}

  /**
   * A connection to the hop's host, new or used before; to be given back by {@link #giveBack}.
   * {@link SmtpConnection#transactions} tells whether it was used.
   */
  public ConnectResult take(Hop hop, Terms terms) {
    Line line = Line.of(hop);
    Timeouts timeouts =
        client.timeouts().envelopeWithin(terms.envelope()).finalReplyWithin(terms.finalReply());
    Optional<SmtpConnection> used =
        terms.fresh() ? countedIn(line) : idleOrCountedIn(line, terms.deadline());
    if (used.isPresent()) {
      used.get().begin(terms.deadline(), timeouts);
      return new ConnectResult.Connected(used.get());
    }
    boolean connected = false;
    try {
      ConnectResult result = new SmtpClient(client.helo(), timeouts).connect(hop, terms.deadline());
      connected = result instanceof ConnectResult.Connected;
      return result;
    } finally {
      if (!connected) {
        countOut(line);
      }
    }
  }

  private Optional<SmtpConnection> countedIn(Line line) {
    lock.lock();
    try {
      busy.merge(line, 1, Integer::sum);
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private Optional<SmtpConnection> idleOrCountedIn(Line line, Deadline deadline) {
    Deadline patience = deadline.within(limits.patience());
    lock.lock();
    try {
      while (true) {
        Optional<Idle> found = Optional.ofNullable(idle.get(line)).map(Deque::pollLast);
        if (found.isEmpty()
            && busy.getOrDefault(line, 0) >= limits.atOnce()
            && !patience.isOver()
            && await(patience)) {
          continue;
        }
        busy.merge(line, 1, Integer::sum);
        return found.map(Idle::connection);
      }
    } finally {
      lock.unlock();
    }
  }

  /** False when it makes no sense to wait any more. */
  private boolean await(Deadline until) {
    try {
      changed.await(until.remaining().toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Gives a connection back; one that is of no more use is closed. */
  public void giveBack(Hop hop, SmtpConnection connection) {
    Line line = Line.of(hop);
    boolean kept =
        connection.isUsable()
            && connection.transactions() < limits.transactions()
            && connection.age().compareTo(limits.age()) < 0;
    if (kept) {
      lock.lock();
      try {
        idle.computeIfAbsent(line, _ -> new ArrayDeque<>())
            .add(new Idle(connection, Deadline.in(limits.idle())));
      } finally {
        lock.unlock();
      }
      Thread.ofVirtual().name("smtp-idle").start(this::closeWhenOld);
    } else {
      connection.close();
    }
    countOut(line);
  }

  private void countOut(Line line) {
    lock.lock();
    try {
      busy.computeIfPresent(line, (_, count) -> count > 1 ? count - 1 : null);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void closeWhenOld() {
    try {
      Thread.sleep(limits.idle().plusMillis(1));
    } catch (InterruptedException stopped) {
      return;
    }
    close(taken(entry -> entry.until().isOver()));
  }

  /** Says QUIT on all connections that nobody uses, and hangs up. */
  public void closeIdle() {
    close(taken(_ -> true));
  }

  private List<SmtpConnection> taken(Predicate<Idle> which) {
    List<SmtpConnection> taken = new ArrayList<>();
    lock.lock();
    try {
      for (Deque<Idle> queue : idle.values()) {
        queue.removeIf(entry -> which.test(entry) && taken.add(entry.connection()));
      }
      idle.values().removeIf(Deque::isEmpty);
    } finally {
      lock.unlock();
    }
    return taken;
  }

  private static void close(List<SmtpConnection> connections) {
    connections.forEach(SmtpConnection::close);
  }
}
