package skypost.mail.transfer;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;

/**
 * Fetches the next messages while this one is written: a GET takes longer than writing what it
 * brings. What lies ready is bounded in number and in octets.
 */
final class ReadAhead implements AutoCloseable {
  private static final int AT_ONCE = 8;
  private static final long OCTETS = 16L << 20;

  /** Gets a message; empty when its body is gone. */
  @FunctionalInterface
  interface Fetch {
    Optional<Fetched> fetch(MailboxMessage message) throws IOException;
  }

  private record Ready(MailboxMessage message, Future<Optional<Fetched>> body) {}

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Ready> ready = new ArrayDeque<>();
  private final Iterator<MailboxMessage> rest;
  private final Fetch fetch;
  private MailboxMessage following;
  private long octets;

  ReadAhead(List<MailboxMessage> messages, Fetch fetch) {
    this.rest = messages.iterator();
    this.fetch = fetch;
    this.following = rest.hasNext() ? rest.next() : null;
  }

  boolean hasNext() {
    return following != null || !ready.isEmpty();
  }

  /** The message that {@link #next} gets. */
  MailboxMessage peek() {
    fill();
    return ready.getFirst().message();
  }

  /** Its body, to be closed by the caller. */
  Optional<Fetched> next() throws IOException {
    fill();
    Ready first = ready.removeFirst();
    octets -= first.message().size();
    try {
      return first.body().get();
    } catch (ExecutionException fault) {
      throw fault.getCause() instanceof IOException io ? io : new IOException(fault.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  private void fill() {
    while (following != null
        && (ready.isEmpty() || ready.size() < AT_ONCE && octets + following.size() <= OCTETS)) {
      MailboxMessage message = following;
      ready.add(new Ready(message, threads.submit(() -> fetch.fetch(message))));
      octets += message.size();
      following = rest.hasNext() ? rest.next() : null;
    }
  }

  /** Drops what lies ready. */
  @Override
  public void close() throws IOException {
    threads.close();
    for (Ready each : ready) {
      if (each.body().state() == Future.State.SUCCESS && each.body().resultNow().isPresent()) {
        each.body().resultNow().get().close();
      }
    }
    ready.clear();
  }
}
