package skypost.local.sqs;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The queues and what can be done to them. Everything happens under one lock and is in the journal
 * before it is confirmed.
 */
final class SqsStore implements AutoCloseable {
  private static final long REWRITE_ABOVE = 32L * 1024 * 1024; // bytes of journal

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, StoredQueue> queues = new LinkedHashMap<>();
  private final SqsJournal journal;
  private final Clock clock;
  private long sequence;
  private long rewriteAbove = REWRITE_ABOVE;
  private boolean closed;

  /** Reads the journal. What was in flight when the process ended is visible again at once. */
  SqsStore(SqsJournal journal, Clock clock) throws IOException {
    this.journal = journal;
    this.clock = clock;
    locked(() -> {
      journal.replay(new Restoring());
      queues.values().forEach(this::release);
      journal.rewrite(queues.values());
      return null;
    });
  }

  private void release(StoredQueue queue) {
    List<StoredMessage> messages = new ArrayList<>();
    queue.messages().forEach(messages::add);
    messages.forEach(message -> queue.put(message.releasedIfInFlight(clock.millis())));
  }

  private final class Restoring implements SqsJournal.Reader {
    @Override
    public void queue(String name, Map<String, String> attributes) {
      queues
          .computeIfAbsent(name, _ -> new StoredQueue(name, lock.newCondition()))
          .attributes()
          .putAll(attributes);
    }

    @Override
    public void noQueue(String name) {
      queues.remove(name);
    }

    @Override
    public void message(String queue, StoredMessage message) {
      queues.get(queue).put(message);
      sequence = Math.max(sequence, message.sequence());
    }

    @Override
    public void noMessage(String queue, String id) {
      queues.get(queue).remove(id);
    }
  }

  @FunctionalInterface
  private interface Action<T> {
    T run() throws IOException;
  }

  private <T> T locked(Action<T> action) throws IOException {
    lock.lock();
    try {
      return action.run();
    } finally {
      lock.unlock();
    }
  }

  private StoredQueue find(String name) {
    StoredQueue queue = queues.get(name);
    if (queue == null) {
      throw SqsError.noSuchQueue();
    }
    return queue;
  }

  void create(String name, Map<String, String> attributes) throws IOException {
    locked(() -> {
      StoredQueue existing = queues.get(name);
      if (existing != null) {
        if (!existing.allAttributes().entrySet().containsAll(attributes.entrySet())) {
          throw SqsError.queueExists(name);
        }
        return null;
      }
      var queue = new StoredQueue(name, lock.newCondition());
      queue.attributes().putAll(attributes);
      journal.queue(queue);
      return queues.put(name, queue);
    });
  }

  void exists(String name) throws IOException {
    locked(() -> find(name));
  }

  List<String> names() throws IOException {
    return locked(() -> List.copyOf(queues.keySet()));
  }

  void delete(String name) throws IOException {
    locked(() -> {
      StoredQueue queue = find(name);
      journal.noQueue(name);
      queues.remove(name);
      queue.arrival().signalAll();
      return null;
    });
  }

  void setAttributes(String name, Map<String, String> attributes) throws IOException {
    locked(() -> {
      StoredQueue queue = find(name);
      queue.attributes().putAll(attributes);
      journal.queue(queue);
      return null;
    });
  }

  /** The attributes with the counts of messages. */
  Map<String, String> attributes(String name) throws IOException {
    return locked(() -> {
      StoredQueue queue = find(name);
      int visible = 0;
      int inFlight = 0;
      int delayed = 0;
      for (StoredMessage message : queue.messages()) {
        if (message.visible() <= clock.millis()) {
          visible++;
        } else if (message.received() > 0) {
          inFlight++;
        } else {
          delayed++;
        }
      }
      Map<String, String> all = queue.allAttributes();
      all.put("ApproximateNumberOfMessages", Integer.toString(visible));
      all.put("ApproximateNumberOfMessagesNotVisible", Integer.toString(inFlight));
      all.put("ApproximateNumberOfMessagesDelayed", Integer.toString(delayed));
      return all;
    });
  }

  /** What a sender gives. @param delaySeconds negative: the queue's */
  record Draft(String body, Map<String, Object> attributes, String group, int delaySeconds) {}

  StoredMessage send(String name, Draft draft) throws IOException {
    return locked(() -> {
      StoredQueue queue = find(name);
      long now = clock.millis();
      int delay = draft.delaySeconds() < 0 ? queue.number("DelaySeconds") : draft.delaySeconds();
      String id = UUID.randomUUID().toString();
      var message =
          new StoredMessage(
              id,
              ++sequence,
              draft.body(),
              draft.attributes(),
              draft.group(),
              now,
              now + delay * 1000L,
              0,
              0,
              "");
      journal.message(queue, message);
      queue.put(message);
      return message;
    });
  }

  /**
   * Takes messages, waiting for the first.
   *
   * @param waitSeconds negative: the queue's
   * @param visibilitySeconds negative: the queue's
   */
  List<StoredMessage> receive(String name, int most, int waitSeconds, int visibilitySeconds)
      throws IOException {
    lock.lock();
    try {
      StoredQueue queue = find(name);
      int wait = waitSeconds < 0 ? queue.number("ReceiveMessageWaitTimeSeconds") : waitSeconds;
      long deadline = clock.millis() + wait * 1000L;
      while (true) {
        List<StoredMessage> taken = take(queue, most, visibilitySeconds);
        long now = clock.millis();
        if (!taken.isEmpty() || now >= deadline || closed || queues.get(name) != queue) {
          return taken;
        }
        StoredMessage first = queue.first();
        long until = first == null ? deadline : Math.min(deadline, first.visible());
        queue.arrival().await(Math.max(1, until - now), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  private List<StoredMessage> take(StoredQueue queue, int most, int visibilitySeconds)
      throws IOException {
    long now = clock.millis();
    List<StoredMessage> due = due(queue, most, now);
    while (!due.isEmpty()) {
      List<StoredMessage> taken = new ArrayList<>();
      for (StoredMessage message : due) {
        if (!dropped(queue, message, now)) {
          long hidden =
              (visibilitySeconds < 0 ? queue.number("VisibilityTimeout") : visibilitySeconds)
                  * 1000L;
          StoredMessage received =
              message.receivedAt(now, now + hidden, message.id() + "." + UUID.randomUUID());
          journal.message(queue, received);
          queue.put(received);
          taken.add(received);
        }
      }
      if (!taken.isEmpty()) {
        return taken;
      }
      due = due(queue, most, now);
    }
    return List.of();
  }

  private static List<StoredMessage> due(StoredQueue queue, int most, long now) {
    List<StoredMessage> due = new ArrayList<>();
    for (StoredMessage message : queue.messages()) {
      if (message.visible() > now || due.size() == most) {
        break;
      }
      due.add(message);
    }
    return due;
  }

  /** Whether the message is too old, or was received too often and goes to the dead letters. */
  private boolean dropped(StoredQueue queue, StoredMessage message, long now) throws IOException {
    boolean tooOld = message.sent() < now - queue.number("MessageRetentionPeriod") * 1000L;
    StoredQueue.Redrive redrive = queue.redrive();
    boolean tooOften = redrive != null && message.received() >= redrive.maxReceiveCount();
    StoredQueue deadLetters = tooOften ? queues.get(redrive.deadLetters()) : null;
    if (deadLetters != null && !tooOld) {
      StoredMessage dead = message.movedTo(++sequence, now);
      journal.message(deadLetters, dead); // first, so that a crash between the two loses nothing
      deadLetters.put(dead);
    }
    if (tooOld || deadLetters != null) {
      journal.noMessages(queue, List.of(message.id()));
      queue.remove(message.id());
      return true;
    }
    return false;
  }

  /**
   * Deletes a message; one that is not there any more is fine. @param receipt of any of its
   * receives
   */
  void deleteMessage(String name, String receipt) throws IOException {
    String id = idOf(receipt);
    locked(() -> {
      StoredQueue queue = find(name);
      if (queue.get(id) != null) {
        journal.noMessages(queue, List.of(id));
        queue.remove(id);
        rewriteWhenLarge();
      }
      return null;
    });
  }

  void changeVisibility(String name, String receipt, int seconds) throws IOException {
    String id = idOf(receipt);
    locked(() -> {
      StoredQueue queue = find(name);
      StoredMessage message = queue.get(id);
      long now = clock.millis();
      if (message == null || message.visible() <= now || !message.receipt().equals(receipt)) {
        throw SqsError.notInFlight();
      }
      StoredMessage changed = message.visibleAt(now + seconds * 1000L);
      journal.message(queue, changed);
      queue.put(changed);
      return null;
    });
  }

  void purge(String name) throws IOException {
    locked(() -> {
      StoredQueue queue = find(name);
      List<String> ids = new ArrayList<>();
      queue.messages().forEach(message -> ids.add(message.id()));
      journal.noMessages(queue, ids);
      ids.forEach(queue::remove);
      return null;
    });
  }

  private static String idOf(String receipt) {
    int dot = receipt.indexOf('.');
    if (dot < 0) {
      throw SqsError.badHandle();
    }
    return receipt.substring(0, dot);
  }

  private void rewriteWhenLarge() throws IOException {
    if (journal.size() > rewriteAbove) {
      journal.rewrite(queues.values());
      rewriteAbove = Math.max(REWRITE_ABOVE, 4 * journal.size());
    }
  }

  /** Ends waiting receives and closes the journal; what comes after fails. */
  @Override
  public void close() throws IOException {
    locked(() -> {
      closed = true;
      queues.values().forEach(queue -> queue.arrival().signalAll());
      journal.close();
      return null;
    });
  }
}
