package skypost.pop3;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** Mailboxes that note what is asked of them, and that lose an answer when told to. */
final class RecordedMailboxes implements Mailboxes {
  private final Mailboxes mailboxes;
  final List<String> calls = new CopyOnWriteArrayList<>();
  volatile boolean losesAnswerOfExpunge;
  volatile boolean losesAnswerOfLease;

  RecordedMailboxes(Mailboxes mailboxes) {
    this.mailboxes = mailboxes;
  }

  @Override
  public boolean create(EmailAddress user, long quotaBytes, AfterRetrieval afterRetrieval)
      throws IOException {
    return mailboxes.create(user, quotaBytes, afterRetrieval);
  }

  @Override
  public void delete(EmailAddress user, Gone gone) throws IOException {
    mailboxes.delete(user, gone);
  }

  @Override
  public DeliveryOutcome deliver(EmailAddress user, Delivery delivery) throws IOException {
    return mailboxes.deliver(user, delivery);
  }

  @Override
  public DeliveryOutcome discard(EmailAddress user, Delivery delivery) throws IOException {
    return mailboxes.discard(user, delivery);
  }

  @Override
  public Optional<String> folderOf(EmailAddress user, MessageId id) throws IOException {
    return mailboxes.folderOf(user, id);
  }

  @Override
  public Optional<MailboxStatus> status(EmailAddress user) throws IOException {
    calls.add("status");
    return mailboxes.status(user);
  }

  @Override
  public Optional<Snapshot> open(EmailAddress user, String folder) throws IOException {
    calls.add("open");
    return mailboxes.open(user, folder);
  }

  @Override
  public LeaseOutcome lease(
      EmailAddress user, String holder, Snapshot snapshot, Instant now, Instant until)
      throws IOException {
    calls.add("lease");
    LeaseOutcome outcome = mailboxes.lease(user, holder, snapshot, now, until);
    if (losesAnswerOfLease) {
      throw new IOException("no answer");
    }
    return outcome;
  }

  @Override
  public boolean endLease(EmailAddress user, Optional<String> holder) throws IOException {
    calls.add("endLease");
    return mailboxes.endLease(user, holder);
  }

  @Override
  public boolean expunge(
      EmailAddress user, String holder, Snapshot snapshot, Collection<MailboxMessage> messages)
      throws IOException {
    calls.add("expunge");
    boolean done = mailboxes.expunge(user, holder, snapshot, messages);
    if (losesAnswerOfExpunge) {
      throw new IOException("no answer");
    }
    return done;
  }
}
