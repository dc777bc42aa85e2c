package skypost.mail.memory;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * {@link Mailboxes} in memory. Thread safe.
 *
 * <p>A repeated delivery is known as such also while its message is among the deleted.
 */
public final class InMemoryMailboxes implements Mailboxes {
  private final Map<EmailAddress, InMemoryMailbox> mailboxes = new HashMap<>();
  private final Map<EmailAddress, InMemoryMailbox> going = new HashMap<>(); // being removed
  private final Map<EmailAddress, Instant> registered = new HashMap<>();
  private final Clock clock;

  public InMemoryMailboxes() {
    this(Clock.systemUTC());
  }

  /**
   * @param clock says when a mailbox was made and a message deleted
   */
  public InMemoryMailboxes(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized boolean create(
      EmailAddress user, long quotaBytes, AfterRetrieval afterRetrieval) {
    if (going.containsKey(user)) {
      return false;
    }
    InMemoryMailbox mailbox =
        mailboxes.computeIfAbsent(user, absent -> new InMemoryMailbox(clock.instant()));
    mailbox.quotaBytes = quotaBytes;
    mailbox.afterRetrieval = afterRetrieval;
    return true;
  }

  @Override
  public void delete(EmailAddress user, Gone gone) throws IOException {
    List<MailboxMessage> messages;
    synchronized (this) {
      InMemoryMailbox mailbox = mailboxes.remove(user);
      if (mailbox != null) {
        going.put(user, mailbox);
      }
      messages = going.containsKey(user) ? going.get(user).everything() : List.of();
    }
    gone.free(messages); // outside the lock: it may call other ports
    synchronized (this) {
      going.remove(user);
    }
  }

  @Override
  public synchronized DeliveryOutcome deliver(EmailAddress user, Delivery delivery) {
    InMemoryMailbox mailbox = mailboxes.get(user);
    if (mailbox == null) {
      return new DeliveryOutcome.NoMailbox();
    }
    delivery.until().ifPresent(until -> register(user, until));
    Optional<DeliveryOutcome> before = mailbox.before(delivery.id());
    if (before.isPresent()) {
      return before.get();
    }
    if (mailbox.quotaBytes > 0 && mailbox.bytes() + delivery.size() > mailbox.quotaBytes) {
      return new DeliveryOutcome.OverQuota();
    }
    return new DeliveryOutcome.Filed(mailbox.folder(delivery.folder()).add(message(delivery)));
  }

  @Override
  public synchronized DeliveryOutcome discard(EmailAddress user, Delivery delivery) {
    InMemoryMailbox mailbox = mailboxes.get(user);
    if (mailbox == null) {
      return new DeliveryOutcome.NoMailbox();
    }
    registerDeletion(user);
    Optional<DeliveryOutcome> before = mailbox.before(delivery.id());
    return before.orElseGet(() ->
        new DeliveryOutcome.Filed(
            mailbox.putAway(delivery.folder(), message(delivery), clock.instant())));
  }

  private static MailboxMessage message(Delivery delivery) {
    return new MailboxMessage(
        0,
        delivery.id(),
        delivery.size(),
        delivery.shared(),
        delivery.subject(),
        delivery.flags(),
        delivery.results());
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
    return Optional.ofNullable(mailboxes.get(user)).map(InMemoryMailbox::status);
  }

  @Override
  public synchronized Optional<Snapshot> open(EmailAddress user, String folder) {
    return Optional.ofNullable(mailboxes.get(user))
        .map(mailbox -> new Snapshot(folder, mailbox.removals, mailbox.messages(folder)));
  }

  @Override
  public synchronized LeaseOutcome lease(
      EmailAddress user, String holder, Snapshot snapshot, Instant now, Instant until) {
    InMemoryMailbox mailbox = mailboxes.get(user);
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
    InMemoryMailbox mailbox = mailboxes.get(user);
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
    InMemoryMailbox mailbox = mailboxes.get(user);
    if (mailbox == null || !mailbox.isLeasedTo(holder)) {
      return false;
    }
    long removed =
        messages.stream()
            .filter(message -> mailbox.remove(snapshot.folder(), message.uid(), clock.instant()))
            .count();
    if (removed > 0) {
      mailbox.removals++;
      mailbox.folder(snapshot.folder()).changes++;
      registerDeletion(user);
    }
    mailbox.lease = null;
    return true;
  }

  /** For the ports that look at the same mailboxes; they hold this object's lock meanwhile. */
  Optional<InMemoryMailbox> mailbox(EmailAddress user) {
    return Optional.ofNullable(mailboxes.get(user));
  }

  /** When which mailbox is to be looked at. */
  Map<EmailAddress, Instant> registered() {
    return registered;
  }

  void register(EmailAddress user, Instant at) {
    Instant second = Instant.ofEpochSecond(at.getEpochSecond());
    registered.merge(user, second, (one, other) -> one.isBefore(other) ? one : other);
  }

  private void registerDeletion(EmailAddress user) {
    register(user, clock.instant().plus(DeletedMessages.RECOVERABLE).plus(DeletedMessages.MARGIN));
  }
}
