package skypost.mail.memory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.MessageFlags;
import skypost.mail.mailbox.Modseq;
import skypost.protocol.address.EmailAddress;

/** {@link MessageFlags} of {@link InMemoryMailboxes}. Thread safe. */
public final class InMemoryMessageFlags implements MessageFlags {
  private final InMemoryMailboxes mailboxes;

  public InMemoryMessageFlags(InMemoryMailboxes mailboxes) {
    this.mailboxes = mailboxes;
  }

  @Override
  public StoreOutcome store(EmailAddress user, String folder, FlagChange change) {
    synchronized (mailboxes) {
      Optional<InMemoryMailbox> mailbox = mailboxes.mailbox(user);
      if (mailbox.isEmpty()) {
        return new StoreOutcome.NoMailbox();
      }
      InMemoryMailbox.Folder changed = mailbox.get().folders.get(folder);
      return changed == null
          ? new StoreOutcome.Stored(List.of(), Set.of())
          : store(changed, change);
    }
  }

  private static StoreOutcome store(InMemoryMailbox.Folder folder, FlagChange change) {
    long next = Modseq.highest(folder.uidNext, folder.changes + 1);
    List<MailboxMessage> all = new ArrayList<>();
    Set<Long> modified = new HashSet<>();
    boolean isChanged = false;
    for (long uid : new TreeSet<>(change.uids())) {
      MailboxMessage message = folder.messages.get(uid);
      if (message == null) {
        continue;
      }
      List<String> flags = change.of(message.flags());
      if (change.isTooLateFor(message)) {
        modified.add(uid);
      } else if (!MessageFlags.fit(flags)) {
        return new StoreOutcome.TooManyFlags(uid);
      } else if (!Set.copyOf(flags).equals(Set.copyOf(message.flags()))) {
        message = message.with(flags, next);
        isChanged = true;
      }
      all.add(message);
    }
    all.forEach(message -> folder.messages.put(message.uid(), message));
    folder.changes += isChanged ? 1 : 0;
    return new StoreOutcome.Stored(all, modified);
  }

  @Override
  public Optional<Changes> changedSince(EmailAddress user, String folder, long modseq) {
    synchronized (mailboxes) {
      return mailboxes.mailbox(user).map(mailbox -> changes(mailbox, folder, modseq));
    }
  }

  private static Changes changes(InMemoryMailbox mailbox, String name, long modseq) {
    InMemoryMailbox.Folder folder =
        mailbox.folders.getOrDefault(name, new InMemoryMailbox.Folder());
    long highest = Modseq.highest(folder.uidNext, folder.changes);
    boolean mayHaveVanished = modseq < highest && Modseq.changes(modseq) != folder.changes;
    long known = Math.min(Modseq.lastUid(modseq), folder.uidNext - 1);
    return new Changes(
        folder.uidNext,
        highest,
        folder.messages.values().stream().filter(message -> message.modseq() > modseq).toList(),
        mayHaveVanished
            ? Changes.missing(List.copyOf(folder.messages.keySet()), known)
            : List.of());
  }
}
