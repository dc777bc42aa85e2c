package skypost.mail.admin;

import java.util.Optional;
import skypost.mail.message.MessageId;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry;

/** What an administrator points at: one entry of the queue, or all those of a message. */
public sealed interface QueueTarget {
  /** The message that it is about. */
  MessageId message();

  /** Whether this entry is meant. */
  boolean means(QueueEntry entry);

  /** Reads an entry's id or a message's. */
  static Optional<QueueTarget> parse(String text) {
    Optional<QueueTarget> entry = EntryId.parse(text).map(One::new);
    return entry.isPresent() ? entry : MessageId.parse(text).map(All::new);
  }

  /** One entry. */
  record One(EntryId id) implements QueueTarget {
    @Override
    public MessageId message() {
      return id.message();
    }

    @Override
    public boolean means(QueueEntry entry) {
      return entry.id().equals(id);
    }

    @Override
    public String toString() {
      return id.toString();
    }
  }

  /** Every entry of a message. */
  record All(MessageId message) implements QueueTarget {
    @Override
    public boolean means(QueueEntry entry) {
      return true;
    }

    @Override
    public String toString() {
      return message.toString();
    }
  }
}
