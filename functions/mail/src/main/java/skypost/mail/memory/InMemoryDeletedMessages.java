package skypost.mail.memory;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** {@link DeletedMessages} of {@link InMemoryMailboxes}. Thread safe. */
public final class InMemoryDeletedMessages implements DeletedMessages {
  private final InMemoryMailboxes mailboxes;

  public InMemoryDeletedMessages(InMemoryMailboxes mailboxes) {
    this.mailboxes = mailboxes;
  }

  @Override
  public Optional<Page<DeletedMessage>> list(EmailAddress user, int limit, Optional<String> next) {
    synchronized (mailboxes) {
      long before = next.map(Long::parseLong).orElse(Long.MAX_VALUE);
      return mailboxes
          .mailbox(user)
          .map(mailbox -> List.copyOf(mailbox.deleted.headMap(before).values()).reversed())
          .map(found -> page(found, limit));
    }
  }

  private static Page<DeletedMessage> page(List<DeletedMessage> found, int limit) {
    boolean more = found.size() > limit;
    List<DeletedMessage> items = more ? found.subList(0, limit) : found;
    return new Page<>(
        items,
        more ? Optional.of(Long.toString(items.getLast().message().uid())) : Optional.empty());
  }

  @Override
  public Optional<DeletedMessage> find(EmailAddress user, MessageId id) {
    synchronized (mailboxes) {
      return mailboxes.mailbox(user).stream()
          .flatMap(mailbox -> mailbox.deleted.values().stream())
          .filter(message -> message.id().equals(id))
          .findFirst();
    }
  }

  @Override
  public RestoreOutcome restore(EmailAddress user, DeletedMessage message, String folder) {
    synchronized (mailboxes) {
      Optional<InMemoryMailbox> found = mailboxes.mailbox(user);
      Optional<DeletedMessage> deleted =
          found.map(mailbox -> mailbox.deleted.get(message.message().uid()));
      if (deleted.isEmpty()) {
        return new RestoreOutcome.NotThere();
      }
      InMemoryMailbox mailbox = found.get();
      if (mailbox.quotaBytes > 0
          && mailbox.bytes() + deleted.get().message().size() > mailbox.quotaBytes) {
        return new RestoreOutcome.OverQuota();
      }
      mailbox.deleted.remove(message.message().uid());
      return new RestoreOutcome.Restored(
          folder, mailbox.folder(folder).add(deleted.get().message()));
    }
  }

  @Override
  public List<DeletedMessage> deletedUntil(EmailAddress user, Instant moment, int limit) {
    synchronized (mailboxes) {
      return mailboxes.mailbox(user).stream()
          .flatMap(mailbox -> mailbox.deleted.values().stream())
          .takeWhile(message -> !message.at().isAfter(moment))
          .limit(limit)
          .toList();
    }
  }

  @Override
  public Optional<Instant> first(EmailAddress user) {
    return deletedUntil(user, Instant.MAX, 1).stream().map(DeletedMessage::at).findFirst();
  }

  @Override
  public void forget(EmailAddress user, Collection<DeletedMessage> messages) {
    synchronized (mailboxes) {
      mailboxes
          .mailbox(user)
          .ifPresent(mailbox ->
              messages.forEach(message -> mailbox.deleted.remove(message.message().uid())));
    }
  }
}
