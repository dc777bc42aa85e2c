package skypost.mail.contract;

import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.ExpiringMailboxes;
import skypost.mail.mailbox.MailboxChecks;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.MessageFlags;

/** All that looks at the same mailboxes. */
public record MailboxStores(
    Mailboxes mailboxes,
    DeletedMessages deleted,
    ExpiringMailboxes expiring,
    MailboxChecks checks,
    MessageFlags flags) {
  /** Each with faults. */
  public MailboxStores with(Faults faults) {
    return new MailboxStores(
        faults.in(Mailboxes.class, mailboxes),
        faults.in(DeletedMessages.class, deleted),
        faults.in(ExpiringMailboxes.class, expiring),
        checks,
        faults.in(MessageFlags.class, flags));
  }
}
