package skypost.mail.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueFilter;

/**
 * Entries whose first attempt has no outcome yet. No index holds them, since it would cost every
 * message that goes at once two more writes; but their messages are stored until they are sent. So
 * the stored messages of a day are gone through when somebody asks: a read each, and a list request
 * for a thousand of them. It is the last day, or the one before the age that is asked for.
 */
final class FreshEntries {
  /** What waits longer for its first attempt has been woken in vain, and lies in a dead letter. */
  static final Duration WINDOW = Duration.ofDays(1);

  private static final int MAX_READS = 400;

  private final OutboundQueue queue;
  private final StoredMessages messages;
  private final Clock clock;

  FreshEntries(OutboundQueue queue, StoredMessages messages, Clock clock) {
    this.queue = queue;
    this.messages = messages;
    this.clock = clock;
  }

  /** Where a page ended: a message and how many of its entries were looked at. */
  private record Position(MessageId message, int seen) {
    static Position parse(String text) {
      String[] parts = text.split("\\.", -1);
      if (parts.length != 2 || !parts[1].matches("\\d{1,4}")) {
        throw new IllegalArgumentException("not a position among stored messages: " + text);
      }
      return new Position(new MessageId(parts[0]), Integer.parseInt(parts[1]));
    }

    @Override
    public String toString() {
      return message + "." + seen;
    }
  }

  /** Such entries in the order of acceptance. A page may be short, and not the last. */
  Page<QueueEntry> page(QueueFilter filter, int limit, Optional<String> next) throws IOException {
    Instant end = filter.acceptedBefore().orElse(clock.instant());
    MessageId start = MessageId.first(end.minus(WINDOW));
    Position from = next.map(Position::parse).orElse(new Position(start, 0));
    List<QueueEntry> found = new ArrayList<>();
    Iterator<MessageId> ids = messages.listFrom(from.message());
    try {
      for (int reads = 0; ids.hasNext(); reads++) {
        MessageId id = ids.next();
        if (id.acceptedAt().isAfter(end)) {
          break;
        }
        int seen = id.equals(from.message()) ? from.seen() : 0;
        if (reads == MAX_READS) {
          return new Page<>(found, Optional.of(new Position(id, seen).toString()));
        }
        List<QueueEntry> entries = inOrder(queue.entries(id));
        for (; seen < entries.size(); seen++) {
          if (found.size() == limit) {
            return new Page<>(found, Optional.of(new Position(id, seen).toString()));
          }
          if (isFresh(entries.get(seen)) && filter.accepts(entries.get(seen))) {
            found.add(entries.get(seen));
          }
        }
      }
    } catch (UncheckedIOException fault) {
      throw fault.getCause();
    }
    return new Page<>(found, Optional.empty());
  }

  private static List<QueueEntry> inOrder(List<QueueEntry> entries) {
    return entries.stream().sorted(Comparator.comparing(entry -> entry.id().toString())).toList();
  }

  private static boolean isFresh(QueueEntry entry) {
    return switch (entry.status()) {
      case QUEUED -> true;
      case SENDING -> entry.attemptsMade() == 1; // a further attempt's entry is in the list
      case DEFERRED, HELD, DONE -> false;
    };
  }
}
