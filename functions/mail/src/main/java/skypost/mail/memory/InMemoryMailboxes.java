package skypost.mail.memory;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * {@link Mailboxes} in memory. Thread safe.
 *
 * <p>It remembers the id of every message that a mailbox ever took, so a repeated delivery is known
 * as such also after its message was removed.
 */
public final class InMemoryMailboxes implements Mailboxes {
  private final Map<EmailAddress, Mailbox> mailboxes = new HashMap<>();

  @Override
  public synchronized void create(
      EmailAddress user, long quotaBytes, AfterRetrieval afterRetrieval) {
    Mailbox mailbox = mailboxes.computeIfAbsent(user, absent -> new Mailbox());
    mailbox.quotaBytes = quotaBytes;
    mailbox.afterRetrieval = afterRetrieval;
  }

  @Override
  public void delete(EmailAddress user, Consumer<MailboxMessage> gone) {
    List<MailboxMessage> messages;
    synchronized (this) {
      Mailbox mailbox = mailboxes.remove(user);
      messages = mailbox == null ? List.of() : mailbox.all();
    }
    messages.forEach(gone); // outside the lock: the consumer may call other ports
  }

  @Override
  public synchronized DeliveryOutcome deliver(EmailAddress user, Delivery delivery) {
    Mailbox mailbox = mailboxes.get(user);
    if (mailbox == null) {
      return new DeliveryOutcome.NoMailbox();
    }
    if (mailbox.taken.contains(delivery.id())) {
      return new DeliveryOutcome.Duplicate(
          mailbox.all().stream().noneMatch(message -> message.id().equals(delivery.id())));
    }
    if (mailbox.quotaBytes > 0 && mailbox.bytes() + delivery.size() > mailbox.quotaBytes) {
      return new DeliveryOutcome.OverQuota();
    }
    mailbox.taken.add(delivery.id());
    return new DeliveryOutcome.Filed(mailbox.folder(delivery.folder()).add(delivery));
  }

  @Override
  public synchronized Optional<String> folderOf(EmailAddress user, MessageId id) {
    return Optional.ofNullable(mailboxes.get(user)).stream()
        .flatMap(mailbox -> mailbox.folders.entrySet().stream())
        .filter(folder ->
            folder.getValue().messages.values().stream()
                .anyMatch(message -> message.id().equals(id)))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  @Override
  public synchronized Optional<MailboxStatus> status(EmailAddress user) {
    return Optional.ofNullable(mailboxes.get(user)).map(Mailbox::status);
  }

  @Override
  public synchronized Optional<Snapshot> open(EmailAddress user, String folder) {
    return Optional.ofNullable(mailboxes.get(user))
        .map(mailbox -> new Snapshot(folder, mailbox.removals, mailbox.messages(folder)));
  }

  @Override
  public synchronized LeaseOutcome lease(
      EmailAddress user, String holder, Snapshot snapshot, Instant now, Instant until) {
    Mailbox mailbox = mailboxes.get(user);
    if (mailbox == null) {
      return new LeaseOutcome.Overtaken(); // the whole mailbox went
    }
    Lease present = mailbox.lease;
    if (present != null && !present.holder().equals(holder) && present.isHeldAt(now)) {
      return new LeaseOutcome.InUse(present);
    }
    if (snapshot.removals() != mailbox.removals) {
      return new LeaseOutcome.Overtaken();
    }
    mailbox.lease = new Lease(holder, until);
    return new LeaseOutcome.Taken();
  }

  @Override
  public synchronized boolean endLease(EmailAddress user, Optional<String> holder) {
    Mailbox mailbox = mailboxes.get(user);
    if (mailbox == null
        || mailbox.lease == null
        || holder.filter(name -> !mailbox.isLeasedTo(name)).isPresent()) {
      return false;
    }
    mailbox.lease = null;
    return true;
  }

  @Override
  public synchronized boolean expunge(
      EmailAddress user, String holder, Snapshot snapshot, Collection<MailboxMessage> messages) {
    Mailbox mailbox = mailboxes.get(user);
    if (mailbox == null || !mailbox.isLeasedTo(holder)) {
      return false;
    }
    Folder folder = mailbox.folder(snapshot.folder());
    long removed = messages.stream().filter(message -> folder.remove(message.uid())).count();
    if (removed > 0) {
      mailbox.removals++;
    }
    mailbox.lease = null;
    return true;
  }

  private static final class Mailbox {
    final NavigableMap<String, Folder> folders = new TreeMap<>();
    final Set<MessageId> taken = new HashSet<>();
    long quotaBytes;
    AfterRetrieval afterRetrieval = AfterRetrieval.KEEP;
    long removals;
    Lease lease;

    Folder folder(String name) {
      return folders.computeIfAbsent(name, absent -> new Folder());
    }

    List<MailboxMessage> messages(String folder) {
      return folders.containsKey(folder)
          ? List.copyOf(folders.get(folder).messages.values())
          : List.of();
    }

    List<MailboxMessage> all() {
      return folders.values().stream()
          .flatMap(folder -> folder.messages.values().stream())
          .toList();
    }

    long bytes() {
      return folders.values().stream().mapToLong(folder -> folder.bytes).sum();
    }

    boolean isLeasedTo(String holder) {
      return lease != null && lease.holder().equals(holder);
    }

    MailboxStatus status() {
      List<FolderStatus> counters =
          folders.entrySet().stream()
              .map(entry -> entry.getValue().status(entry.getKey()))
              .toList();
      long messages = counters.stream().mapToLong(FolderStatus::messages).sum();
      return new MailboxStatus(
          messages, bytes(), quotaBytes, counters, Optional.ofNullable(lease), afterRetrieval);
    }
  }

  private static final class Folder {
    final NavigableMap<Long, MailboxMessage> messages = new TreeMap<>();
    long uidNext = 1;
    long bytes;

    long add(Delivery delivery) {
      long uid = uidNext++;
      messages.put(
          uid,
          new MailboxMessage(
              uid,
              delivery.id(),
              delivery.size(),
              delivery.shared(),
              delivery.subject(),
              delivery.flags(),
              delivery.results()));
      bytes += delivery.size();
      return uid;
    }

    boolean remove(long uid) {
      MailboxMessage gone = messages.remove(uid);
      if (gone == null) {
        return false;
      }
      bytes -= gone.size();
      return true;
    }

    FolderStatus status(String name) {
      return new FolderStatus(name, messages.size(), bytes, uidNext);
    }
  }
}
