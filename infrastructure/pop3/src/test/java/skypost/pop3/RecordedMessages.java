package skypost.pop3;

import java.io.IOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;

/** Messages that note which were opened, and that answer no sooner than they are told to. */
final class RecordedMessages implements StoredMessages {
  private final StoredMessages messages;
  final List<MessageId> opened = new CopyOnWriteArrayList<>();
  volatile CountDownLatch answers = new CountDownLatch(0);
  volatile boolean failsAhead;

  private final Semaphore asked = new Semaphore(0);

  RecordedMessages(StoredMessages messages) {
    this.messages = messages;
  }

  @Override
  public Optional<StoredMessage> open(MessageId id) throws IOException {
    opened.add(id);
    asked.release();
    if (failsAhead && Thread.currentThread().getName().equals("prefetch")) {
      throw new IOException("slow down");
    }
    try {
      answers.await();
    } catch (InterruptedException stop) {
      throw new IOException(stop);
    }
    return messages.open(id);
  }

  /** Waits until so many were asked for. */
  void awaitOpened(int count) {
    asked.acquireUninterruptibly(count);
  }

  @Override
  public void delete(Collection<MessageId> ids) throws IOException {
    messages.delete(ids);
  }

  @Override
  public Iterator<MessageId> listFrom(MessageId from) {
    return messages.listFrom(from);
  }
}
