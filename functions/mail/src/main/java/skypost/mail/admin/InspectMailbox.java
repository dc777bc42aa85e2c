package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Lease;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.protocol.address.EmailAddress;

/** Looks into a user's mailbox, and ends a maildrop lease that hangs. */
public final class InspectMailbox {
  private final Mailboxes mailboxes;
  private final Clock clock;

  public InspectMailbox(Mailboxes mailboxes, Clock clock) {
    this.mailboxes = mailboxes;
    this.clock = clock;
  }

  public Outcome<MailboxStatus> status(EmailAddress user) throws IOException {
    return mailboxes
        .status(user)
        .<Outcome<MailboxStatus>>map(Outcome.Done::new)
        .orElse(noMailbox(user));
  }

  /** The messages of a folder in the order of their UIDs; a place in the list is a UID. */
  public Outcome<Page<MailboxMessage>> messages(
      EmailAddress user, String folder, int limit, Optional<String> next) throws IOException {
    Optional<MailboxStatus> status = mailboxes.status(user);
    if (status.isEmpty()) {
      return noMailbox(user);
    }
    if (!folder.equals(Mailboxes.INBOX)
        && status.get().folders().stream().noneMatch(f -> f.name().equals(folder))) {
      return new Outcome.Missing<>("folder " + folder + " of " + user);
    }
    long after = next.map(Long::parseLong).orElse(0L);
    List<MailboxMessage> rest =
        mailboxes.open(user, folder).map(Mailboxes.Snapshot::messages).orElse(List.of()).stream()
            .filter(message -> message.uid() > after)
            .limit(limit + 1L)
            .toList();
    boolean more = rest.size() > limit;
    List<MailboxMessage> items = more ? rest.subList(0, limit) : rest;
    return new Outcome.Done<>(
        new Page<>(
            items, more ? Optional.of(Long.toString(items.getLast().uid())) : Optional.empty()));
  }

  /** Who holds the maildrop now. */
  public Outcome<Lease> lease(EmailAddress user) throws IOException {
    Optional<MailboxStatus> status = mailboxes.status(user);
    if (status.isEmpty()) {
      return noMailbox(user);
    }
    return status
        .get()
        .lease()
        .filter(lease -> lease.isHeldAt(clock.instant()))
        .<Outcome<Lease>>map(Outcome.Done::new)
        .orElse(new Outcome.Missing<>("lease on the maildrop of " + user));
  }

  /**
   * Ends whoever's lease it is: the session's next command that needs it fails, and nothing it
   * marked is deleted.
   */
  public Outcome<Lease> endLease(EmailAddress user) throws IOException {
    Outcome<Lease> lease = lease(user);
    if (lease instanceof Outcome.Done<Lease>(Lease held)
        && !mailboxes.endLease(user, Optional.of(held.holder()))) {
      return new Outcome.Missing<>(
          "lease on the maildrop of " + user); // it ended by itself meanwhile
    }
    return lease;
  }

  private static <T> Outcome<T> noMailbox(EmailAddress user) {
    return new Outcome.Missing<>("mailbox of " + user);
  }
}
