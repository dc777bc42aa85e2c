package skypost.mail.memory;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;

/**
 * {@link IncomingMessages} and {@link StoredMessages} in memory. Thread safe.
 *
 * <p>A draft grows on the heap, so here, unlike in the cloud, memory is bounded only by the size of
 * the message.
 */
public final class InMemoryMessages implements IncomingMessages, StoredMessages {
  private final NavigableMap<MessageId, Stored> stored = new ConcurrentSkipListMap<>();
  private final Optional<InMemoryMessages> staged;

  public InMemoryMessages() {
    this(Optional.of(new InMemoryMessages(Optional.empty())));
  }

  private InMemoryMessages(Optional<InMemoryMessages> staged) {
    this.staged = staged;
  }

  /** Those that are not accepted yet. */
  public StoredMessages staged() {
    return staged.orElseThrow();
  }

  @Override
  public Draft begin(MessageId id, Envelope envelope) {
    return new HeapDraft(id, envelope);
  }

  @Override
  public Optional<StoredMessage> open(MessageId id) {
    return Optional.ofNullable(stored.get(id))
        .map(found ->
            new StoredMessage(
                found.envelope, found.raw.length, new ByteArrayInputStream(found.raw)));
  }

  @Override
  public void delete(Collection<MessageId> ids) {
    ids.forEach(stored::remove);
  }

  @Override
  public Iterator<MessageId> listFrom(MessageId from) {
    return stored.tailMap(from, true).keySet().iterator();
  }

  private record Stored(Envelope envelope, byte[] raw) {}

  private final class HeapDraft extends Draft {
    private final MessageId id;
    private final Envelope envelope;
    private ByteArrayOutputStream raw = new ByteArrayOutputStream();

    HeapDraft(MessageId id, Envelope envelope) {
      this.id = id;
      this.envelope = envelope;
    }

    @Override
    public void write(int octet) throws IOException {
      open().write(octet);
    }

    @Override
    public void write(byte[] octets, int from, int length) throws IOException {
      open().write(octets, from, length);
    }

    @Override
    public void commit() throws IOException {
      stored.put(id, new Stored(envelope, open().toByteArray()));
      raw = null;
    }

    @Override
    public void stage() throws IOException {
      staged.orElseThrow().stored.put(id, new Stored(envelope, open().toByteArray()));
    }

    @Override
    public void close() {
      raw = null;
    }

    private ByteArrayOutputStream open() throws IOException {
      if (raw == null) {
        throw new IOException("the draft of " + id + " is closed");
      }
      return raw;
    }
  }
}
