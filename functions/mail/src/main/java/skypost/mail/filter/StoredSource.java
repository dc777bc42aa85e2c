package skypost.mail.filter;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.sieve.message.MessageSource;

/**
 * A stored message for a script. A small one is read once, and kept; of a large one each reading is
 * a request, and nothing is kept. For one thread.
 */
public final class StoredSource implements MessageSource {
  private static final int KEPT = 256 * 1024; // octets

  private final StoredMessages messages;
  private final MessageId id;
  private final long size;
  private byte[] octets;

  /**
   * @param size octets of the raw message
   */
  public StoredSource(StoredMessages messages, MessageId id, long size) {
    this.messages = messages;
    this.id = id;
    this.size = size;
  }

  /** A message that is open: of a small one, what has been opened is all that is read. */
  public static StoredSource of(StoredMessages messages, MessageId id, StoredMessage open)
      throws IOException {
    StoredSource source = new StoredSource(messages, id, open.size());
    if (open.size() <= KEPT) {
      source.octets = open.content().readAllBytes();
    }
    return source;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public InputStream open() throws IOException {
    if (size > KEPT) {
      return stored().content();
    }
    if (octets == null) {
      try (StoredMessage message = stored()) {
        octets = message.content().readAllBytes();
      }
    }
    return new ByteArrayInputStream(octets);
  }

  private StoredMessage stored() throws IOException {
    return messages.open(id).orElseThrow(() -> new IOException(id + " is gone"));
  }
}
