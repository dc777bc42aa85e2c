package skypost.mail.memory;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import skypost.mail.directory.Account;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.ExpiringMailboxes;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.protocol.address.EmailAddress;

/** {@link ExpiringMailboxes} of {@link InMemoryMailboxes}. Thread safe. */
public final class InMemoryExpiringMailboxes implements ExpiringMailboxes {
  private final InMemoryMailboxes mailboxes;

  public InMemoryExpiringMailboxes(InMemoryMailboxes mailboxes) {
    this.mailboxes = mailboxes;
  }

  @Override
  public List<Due> due(Instant now, int limit) {
    synchronized (mailboxes) {
      return mailboxes.registered().entrySet().stream()
          .filter(entry -> !entry.getValue().isAfter(now))
          .map(entry -> new Due(entry.getKey(), entry.getValue()))
          .sorted(Comparator.comparing(Due::at))
          .limit(limit)
          .toList();
    }
  }

  @Override
  public void register(EmailAddress user, Instant at) {
    synchronized (mailboxes) {
      mailboxes.register(user, at);
    }
  }

  @Override
  public void registerAll(String domain, Instant at) {
    register(new EmailAddress(Account.CATCH_ALL, domain), at);
  }

  @Override
  public Optional<String> mark(EmailAddress user) {
    synchronized (mailboxes) {
      return mailboxes.mailbox(user).map(InMemoryMailbox::mark);
    }
  }

  @Override
  public boolean settle(Due due, String mark, Optional<Instant> next) {
    synchronized (mailboxes) {
      if (mark(due.user()).filter(mark::equals).isEmpty()) {
        return false;
      }
      drop(due);
      next.ifPresent(at -> mailboxes.register(due.user(), at));
      return true;
    }
  }

  @Override
  public void postpone(Due due, Instant next) {
    synchronized (mailboxes) {
      drop(due);
      mailboxes.register(due.user(), next);
    }
  }

  @Override
  public void drop(Due due) {
    synchronized (mailboxes) {
      mailboxes.registered().remove(due.user(), due.at());
    }
  }

  @Override
  public List<MailboxMessage> first(EmailAddress user, String folder, int limit) {
    synchronized (mailboxes) {
      return mailboxes.mailbox(user).stream()
          .flatMap(mailbox -> mailbox.messages(folder).stream())
          .limit(limit)
          .toList();
    }
  }

  @Override
  public boolean retire(
      EmailAddress user, String folder, Collection<MailboxMessage> messages, Instant now) {
    synchronized (mailboxes) {
      Optional<InMemoryMailbox> found = mailboxes.mailbox(user);
      if (found.isEmpty() || (found.get().lease != null && found.get().lease.isHeldAt(now))) {
        return false;
      }
      Stream<MailboxMessage> wanted = messages.stream();
      if (wanted.filter(one -> found.get().remove(folder, one.uid(), now)).count() > 0) {
        found.get().removals++;
        found.get().folder(folder).changes++;
        mailboxes.register(
            user, now.plus(DeletedMessages.RECOVERABLE).plus(DeletedMessages.MARGIN));
      }
      return true;
    }
  }
}
