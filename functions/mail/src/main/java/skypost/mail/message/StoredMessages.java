package skypost.mail.message;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Iterator;
import java.util.Optional;

/** The messages that {@link IncomingMessages} stored. */
public interface StoredMessages {
  /**
   * Opens a message.
   *
   * @return empty when there is none, because it was deleted or never accepted
   * @throws IOException when that cannot be told now
   */
  Optional<StoredMessage> open(MessageId id) throws IOException;

  /** Whether a message is stored, without its content. */
  default boolean isStored(MessageId id) throws IOException {
    Optional<StoredMessage> opened = open(id);
    if (opened.isPresent()) {
      opened.get().close();
    }
    return opened.isPresent();
  }

  /** Deletes bodies; those already gone count as deleted. */
  void delete(Collection<MessageId> ids) throws IOException;

  /**
   * Ids of stored messages from {@code from} on, in the order of acceptance, read page by page as
   * it is advanced.
   */
  Iterator<MessageId> listFrom(MessageId from);

  /**
   * An open message; to be closed.
   *
   * @param envelope its envelope
   * @param size octets of the raw message
   * @param content the raw message, read once
   */
  record StoredMessage(Envelope envelope, long size, InputStream content) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      content.close();
    }
  }
}
