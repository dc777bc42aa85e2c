package skypost.mail.admin;

import java.io.IOException;
import java.util.Optional;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.mailbox.MessageFlags;
import skypost.mail.mailbox.MessageFlags.Changes;
import skypost.mail.mailbox.MessageFlags.FlagChange;
import skypost.mail.mailbox.MessageFlags.StoreOutcome;
import skypost.protocol.address.EmailAddress;

/** Changes the flags of a user's messages, and tells what has changed. */
public final class ChangeMessages {
  private final Mailboxes mailboxes;
  private final MessageFlags flags;

  public ChangeMessages(Mailboxes mailboxes, MessageFlags flags) {
    this.mailboxes = mailboxes;
    this.flags = flags;
  }

  /**
   * Changes a message's flags.
   *
   * @param change of one message; a conflict when it was changed since
   */
  public Outcome<MailboxMessage> store(EmailAddress user, String folder, FlagChange change)
      throws IOException {
    return switch (flags.store(user, folder, change)) {
      case StoreOutcome.NoMailbox() -> new Outcome.Missing<>("mailbox of " + user);
      case StoreOutcome.TooManyFlags(long uid) ->
          new Outcome.Invalid<>(
              "flags",
              "all of message " + uid + " would be over " + Mailboxes.MAX_FLAGS + " characters");
      case StoreOutcome.Stored(var messages, var modified) -> {
        if (messages.isEmpty()) {
          String uid = change.uids().iterator().next().toString();
          yield new Outcome.Missing<>("message " + uid + " in folder " + folder + " of " + user);
        }
        yield modified.isEmpty()
            ? new Outcome.Done<>(messages.getFirst())
            : new Outcome.Conflict<>("the message has been changed since");
      }
    };
  }

  /** What has changed in a folder since it had that HIGHESTMODSEQ. */
  public Outcome<Changes> since(EmailAddress user, String folder, long modseq) throws IOException {
    Optional<MailboxStatus> status = mailboxes.status(user);
    if (status.isPresent()
        && !folder.equals(Mailboxes.INBOX)
        && status.get().folders().stream().noneMatch(known -> known.name().equals(folder))) {
      return new Outcome.Missing<>("folder " + folder + " of " + user);
    }
    return flags
        .changedSince(user, folder, modseq)
        .<Outcome<Changes>>map(Outcome.Done::new)
        .orElse(new Outcome.Missing<>("mailbox of " + user));
  }
}
