package skypost.pop3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;

/**
 * Remembers small messages that were read a few minutes ago: a client looks at TOP and then takes
 * the message, comes again after a lost connection, or is one of a list's many readers, and S3
 * bills and delays each read. What lies under an id never changes, and who may see it is decided
 * before it is opened. Thread safe.
 */
final class RememberedBodies implements StoredMessages {
  /** Octets of the largest message that is remembered. */
  static final long MAX_SIZE = 64 << 10;

  /** Octets of all: a tenth of the container's heap. */
  static final long MAX_OCTETS = 32 << 20;

  /** How long after its reading, at most. */
  static final Duration KEPT = Duration.ofMinutes(10);

  /** What an entry takes beside its content: envelope, id, and the map's own. */
  private static final int OVERHEAD = 1 << 10;

  private final StoredMessages messages;
  private final Clock clock;
  private final Map<MessageId, Body> bodies = new LinkedHashMap<>(); // the oldest first
  private long octets;

  private record Body(Envelope envelope, byte[] content, Instant read) {
    int charge() {
      return content.length + OVERHEAD;
    }

    StoredMessage opened() {
      return new StoredMessage(envelope, content.length, new ByteArrayInputStream(content));
    }
  }

  RememberedBodies(StoredMessages messages, Clock clock) {
    this.messages = messages;
    this.clock = clock;
  }

  @Override
  public Optional<StoredMessage> open(MessageId id) throws IOException {
    Optional<Body> known = find(id);
    if (known.isPresent()) {
      return Optional.of(known.get().opened());
    }
    Optional<StoredMessage> opened = messages.open(id);
    if (opened.isEmpty() || opened.get().size() > MAX_SIZE) {
      return opened;
    }
    try (StoredMessage stored = opened.get()) {
      Body body = new Body(stored.envelope(), stored.content().readAllBytes(), clock.instant());
      remember(id, body);
      return Optional.of(body.opened());
    }
  }

  /** Whether a message would be opened without asking for it. */
  boolean holds(MessageId id) {
    return find(id).isPresent();
  }

  private synchronized Optional<Body> find(MessageId id) {
    return Optional.ofNullable(bodies.get(id)).filter(this::isFresh);
  }

  private boolean isFresh(Body body) {
    return body.read().plus(KEPT).isAfter(clock.instant());
  }

  private synchronized void remember(MessageId id, Body body) {
    forget(id);
    bodies.put(id, body);
    octets += body.charge();
    Iterator<Body> oldest = bodies.values().iterator();
    for (Body old = oldest.next(); octets > MAX_OCTETS || !isFresh(old); old = oldest.next()) {
      octets -= old.charge();
      oldest.remove();
    }
  }

  private synchronized void forget(MessageId id) {
    Body body = bodies.remove(id);
    if (body != null) {
      octets -= body.charge();
    }
  }

  @Override
  public void delete(Collection<MessageId> ids) throws IOException {
    ids.forEach(this::forget);
    messages.delete(ids);
  }

  @Override
  public Iterator<MessageId> listFrom(MessageId from) {
    return messages.listFrom(from);
  }
}
