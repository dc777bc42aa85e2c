package skypost.protocol.smtp.client;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Closes a socket that is in use for too long: a blocking write has no timeout of its own, and a
 * peer that stops reading would hold us for ever; a read has one for each octet that arrives, and
 * one that drips them would.
 */
public final class Watchdog implements AutoCloseable {
  private final Socket socket;
  private final Thread thread;
  private volatile Deadline end;
  private volatile Deadline armed;
  private volatile boolean closed;

  /**
   * Watches until it is closed.
   *
   * @param socket the TCP socket, below TLS
   * @param end when it is closed, whatever it is doing
   */
  public Watchdog(Socket socket, Deadline end) {
    this.socket = socket;
    this.end = end;
    this.thread = Thread.ofVirtual().name("watchdog").start(this::watch);
  }

  /** What follows has to be over in time, or the socket is closed. */
  void arm(Duration within) {
    boolean idle = armed == null;
    armed = end.within(within);
    if (idle) {
      LockSupport.unpark(thread);
    }
  }

  /** Another end. */
  void endAt(Deadline moment) {
    end = moment;
    LockSupport.unpark(thread);
  }

  void disarm() {
    armed = null;
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private void watch() {
    while (!closed) {
      Deadline current = armed;
      Deadline next = current == null ? end : current;
      if (next.isOver()) {
        try {
          socket.close();
        } catch (IOException alreadyBroken) {
          return;
        }
        return;
      }
      LockSupport.parkNanos(next.remaining().toNanos());
    }
  }
}
