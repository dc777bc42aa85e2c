package skypost.mail.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.mailbox.MailboxChecks;
import skypost.protocol.address.EmailAddress;

/** {@link MailboxChecks} of {@link InMemoryMailboxes}, which count what is there. Thread safe. */
public final class InMemoryMailboxChecks implements MailboxChecks {
  private final InMemoryMailboxes mailboxes;

  public InMemoryMailboxChecks(InMemoryMailboxes mailboxes) {
    this.mailboxes = mailboxes;
  }

  @Override
  public Optional<Contents> read(EmailAddress user) {
    synchronized (mailboxes) {
      return mailboxes.mailbox(user).map(InMemoryMailboxChecks::contents);
    }
  }

  private static Contents contents(InMemoryMailbox mailbox) {
    List<Held> held = new ArrayList<>();
    mailbox.folders.forEach((name, folder) ->
        folder.messages.values().forEach(message -> held.add(new Held(name, false, message))));
    mailbox
        .deleted
        .values()
        .forEach(gone -> held.add(new Held(gone.folder(), true, gone.message())));
    return new Contents(mailbox.mark(), mailbox.quotaBytes, held, List.of());
  }

  @Override
  public boolean recount(EmailAddress user, Contents seen) {
    synchronized (mailboxes) {
      return mailboxes
          .mailbox(user)
          .filter(mailbox -> mailbox.mark().equals(seen.mark()))
          .isPresent();
    }
  }
}
