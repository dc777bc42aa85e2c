package skypost.mail.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import skypost.mail.message.StoredMessages.StoredMessage;

/**
 * A stored message that is read more than once. Of a small one nothing is asked of the store again;
 * of a large one the beginning is kept, and each reading beyond it is a request.
 */
public final class StoredSource implements MessageSource {
  private static final int KEPT = 256 * 1024; // octets

  private final StoredMessages messages;
  private final MessageId id;
  private final long size;
  private final byte[] beginning;

  private StoredSource(StoredMessages messages, MessageId id, long size, byte[] beginning) {
    this.messages = messages;
    this.id = id;
    this.size = size;
    this.beginning = beginning;
  }

  /** A message that is open; it may be closed then. */
  public static StoredSource of(StoredMessages messages, MessageId id, StoredMessage open)
      throws IOException {
    // Not just size: who reads to the end may keep the store's connection
    byte[] beginning = open.content().readNBytes(KEPT);
    return new StoredSource(messages, id, open.size(), beginning);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public InputStream open() {
    InputStream kept = new ByteArrayInputStream(beginning);
    return beginning.length >= size ? kept : new SequenceInputStream(kept, new Rest());
  }

  /** What is behind the beginning; asked for when it is read. */
  private final class Rest extends InputStream {
    private InputStream content;

    private InputStream content() throws IOException {
      if (content == null) {
        content =
            messages
                .open(id)
                .map(StoredMessage::content)
                .orElseThrow(() -> new IOException(id + " is gone"));
        content.skipNBytes(beginning.length);
      }
      return content;
    }

    @Override
    public int read() throws IOException {
      return content().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return content().read(target, offset, length);
    }

    @Override
    public void close() throws IOException {
      if (content != null) {
        content.close();
      }
    }
  }
}
