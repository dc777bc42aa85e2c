package skypost.pop3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;

/**
 * Opens messages, and reads the next ones ahead for a client that takes them in order, so that it
 * waits for the first answer of S3 only. Large ones are not read ahead: their transfer outlasts the
 * wait. Of one session; not thread safe.
 */
final class Prefetch {
  /** Octets of the largest message that is read ahead. */
  static final long MAX_SIZE = 64 << 10;

  /** Messages ahead: S3 answers in some 30 ms, a good line takes one of 50 KB in 4 ms. */
  static final int WINDOW = 8;

  /** What a message is charged at least, so that few octets are not many requests. */
  private static final int LEAST_CHARGE = 16 << 10;

  private final RememberedBodies messages;
  private final Room room;
  private final Map<MessageId, Ahead> ahead = new LinkedHashMap<>();
  private int next;

  /**
   * What all sessions together may read ahead.
   *
   * @param octets left
   */
  record Room(Semaphore octets) {
    /** Requests that may be under way at once, beside those that clients wait for. */
    static final int MAX_REQUESTS = 2048;

    /** 32 MB: a tenth of the container's heap. */
    Room() {
      this(new Semaphore(MAX_REQUESTS * LEAST_CHARGE));
    }
  }

  private record Ahead(FutureTask<Optional<StoredMessage>> reading, int charge) {}

  Prefetch(RememberedBodies messages, Room room) {
    this.messages = messages;
    this.room = room;
  }

  /**
   * Opens a message of a listing, by its index; as {@link StoredMessages#open}.
   *
   * @param whole whether the client wants all of it: only then does it want the next ones, too
   */
  Optional<StoredMessage> open(List<MailboxMessage> entries, int index, boolean whole)
      throws IOException {
    if (whole) {
      boolean inOrder = index == next;
      next = index + 1;
      if (inOrder) {
        begin(entries.subList(next, Math.min(entries.size(), next + WINDOW)));
      } else {
        close(); // what was read ahead is not wanted
      }
    }
    Ahead known = ahead.remove(entries.get(index).id());
    return known == null
        ? messages.open(entries.get(index).id())
        : await(known, entries.get(index));
  }

  private void begin(List<MailboxMessage> wanted) {
    for (MailboxMessage entry : wanted) {
      int charge = (int) Math.max(LEAST_CHARGE, Math.min(entry.size(), MAX_SIZE));
      if (entry.size() > MAX_SIZE || ahead.containsKey(entry.id()) || messages.holds(entry.id())) {
        continue;
      }
      if (!room.octets().tryAcquire(charge)) {
        return; // no harm: the client waits for S3, as for a large message
      }
      FutureTask<Optional<StoredMessage>> reading = new FutureTask<>(() -> read(entry.id()));
      ahead.put(entry.id(), new Ahead(reading, charge));
      Thread.ofVirtual().name("prefetch").start(reading);
    }
  }

  private Optional<StoredMessage> read(MessageId id) throws IOException {
    Optional<StoredMessage> opened = messages.open(id);
    if (opened.isEmpty()) {
      return opened;
    }
    try (StoredMessage stored = opened.get()) {
      InputStream content = new ByteArrayInputStream(stored.content().readAllBytes());
      return Optional.of(new StoredMessage(stored.envelope(), stored.size(), content));
    }
  }

  private Optional<StoredMessage> await(Ahead known, MailboxMessage entry) throws IOException {
    try {
      return known.reading().get();
    } catch (ExecutionException fault) {
      return messages.open(entry.id()); // the client has not waited yet: once more
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stop);
    } finally {
      room.octets().release(known.charge());
    }
  }

  /** Forgets what was read ahead. */
  void close() {
    for (Ahead known : ahead.values()) {
      known.reading().cancel(false); // a request under way ends by itself, and nobody looks at it
      room.octets().release(known.charge());
    }
    ahead.clear();
  }
}
