package skypost.mail.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.Mailboxes.AfterRetrieval;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.Lease;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.message.MessageId;

/** One mailbox of {@link InMemoryMailboxes}, under its lock. */
final class InMemoryMailbox {
  final NavigableMap<String, Folder> folders = new TreeMap<>();
  final NavigableMap<Long, DeletedMessage> deleted = new TreeMap<>();
  long nextDeleted = 1;
  long quotaBytes;
  AfterRetrieval afterRetrieval = AfterRetrieval.KEEP;
  final Instant madeAt;
  long removals;
  Lease lease;

  InMemoryMailbox(Instant madeAt) {
    this.madeAt = madeAt;
  }

  Folder folder(String name) {
    return folders.computeIfAbsent(name, absent -> new Folder());
  }

  List<MailboxMessage> messages(String folder) {
    return folders.containsKey(folder)
        ? List.copyOf(folders.get(folder).messages.values())
        : List.of();
  }

  /** What the folders hold. */
  Stream<MailboxMessage> filed() {
    return folders.values().stream().flatMap(folder -> folder.messages.values().stream());
  }

  /** What needs a body. */
  List<MailboxMessage> everything() {
    return Stream.concat(filed(), deleted.values().stream().map(DeletedMessage::message)).toList();
  }

  /** What was done with a message before. */
  Optional<DeliveryOutcome> before(MessageId id) {
    if (filed().anyMatch(message -> message.id().equals(id))) {
      return Optional.of(new DeliveryOutcome.Duplicate(false));
    }
    return deleted.values().stream().anyMatch(message -> message.id().equals(id))
        ? Optional.of(new DeliveryOutcome.Duplicate(true))
        : Optional.empty();
  }

  /** Puts a message among the deleted. */
  long putAway(String folder, MailboxMessage message, Instant now) {
    long number = nextDeleted++;
    Instant at = Instant.ofEpochSecond(now.getEpochSecond());
    deleted.put(number, new DeletedMessage(folder, at, numbered(message, number)));
    return number;
  }

  boolean remove(String folder, long uid, Instant now) {
    Optional<MailboxMessage> gone = folder(folder).remove(uid);
    gone.ifPresent(message -> putAway(folder, message, now));
    return gone.isPresent();
  }

  long bytes() {
    return folders.values().stream().mapToLong(folder -> folder.bytes).sum();
  }

  boolean isLeasedTo(String holder) {
    return lease != null && lease.holder().equals(holder);
  }

  MailboxStatus status() {
    List<FolderStatus> counters = new ArrayList<>();
    folders.forEach((name, folder) -> counters.add(folder.status(name)));
    long messages = counters.stream().mapToLong(FolderStatus::messages).sum();
    return new MailboxStatus(
        messages,
        bytes(),
        quotaBytes,
        counters,
        Optional.ofNullable(lease),
        afterRetrieval,
        madeAt.getEpochSecond());
  }

  /** Changes with everything that is filed, deleted or brought back. */
  String mark() {
    List<Object> counters = new ArrayList<>(List.of(nextDeleted, removals, deleted.size()));
    folders.values().forEach(folder -> counters.add(List.of(folder.uidNext, folder.changes)));
    return counters.toString();
  }

  static MailboxMessage numbered(MailboxMessage message, long uid) {
    return new MailboxMessage(
        uid,
        message.id(),
        message.size(),
        message.shared(),
        message.subject(),
        message.flags(),
        message.results());
  }

  /** A folder that a user sees. */
  static final class Folder {
    final NavigableMap<Long, MailboxMessage> messages = new TreeMap<>();
    long uidNext = 1;
    long changes; // of flags, and removals
    private long bytes;

    /** Gives a message the next UID. */
    long add(MailboxMessage message) {
      long uid = uidNext++;
      messages.put(uid, numbered(message, uid));
      bytes += message.size();
      return uid;
    }

    private Optional<MailboxMessage> remove(long uid) {
      Optional<MailboxMessage> gone = Optional.ofNullable(messages.remove(uid));
      gone.ifPresent(message -> bytes -= message.size());
      return gone;
    }

    private FolderStatus status(String name) {
      return new FolderStatus(name, messages.size(), bytes, uidNext, changes);
    }
  }
}
