package skypost.mail.mailbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.protocol.address.EmailAddress;

/**
 * Flags of messages, and what has changed in a folder: what IMAP's STORE, SELECT, CHANGEDSINCE and
 * QRESYNC ask for (RFC 9051, RFC 7162). Every method throws {@link IOException} when the outcome is
 * not known: the caller may repeat it.
 */
public interface MessageFlags {
  /**
   * Changes flags, of each message in one step. Messages that have the flags already are left as
   * they are, and UIDs that nobody has are passed over.
   */
  StoreOutcome store(EmailAddress user, String folder, FlagChange change) throws IOException;

  /**
   * What has changed in a folder since a modification sequence; empty when there is no mailbox.
   * Strongly consistent. UIDs of removed messages are not kept: what a client knows and the folder
   * has not, has vanished (RFC 7162 section 3.2.5.2).
   */
  Optional<Changes> changedSince(EmailAddress user, String folder, long modseq) throws IOException;

  /** What is done with the flags that are named. */
  enum How {
    ADD,
    REMOVE,
    REPLACE
  }

  /**
   * A change of flags.
   *
   * @param uids of which messages
   * @param flags without blanks and controls
   * @param unchangedSince only of messages whose modification sequence is not greater
   */
  record FlagChange(Set<Long> uids, How how, List<String> flags, OptionalLong unchangedSince) {
    public FlagChange {
      uids = Set.copyOf(uids);
      flags = flags.stream().distinct().toList();
    }

    /** The flags that a message has afterwards. */
    public List<String> of(List<String> before) {
      if (how == How.REPLACE) {
        return flags;
      }
      List<String> after = new ArrayList<>(before);
      after.removeAll(flags);
      if (how == How.ADD) {
        after = new ArrayList<>(before);
        flags.stream().filter(flag -> !before.contains(flag)).forEach(after::add);
      }
      return List.copyOf(after);
    }

    /** Whether a message was changed since the caller saw it. */
    public boolean isTooLateFor(MailboxMessage message) {
      return unchangedSince.isPresent() && message.modseq() > unchangedSince.getAsLong();
    }
  }

  /** What became of a change. */
  sealed interface StoreOutcome {
    /**
     * Done.
     *
     * @param messages those of the named that are there, as they are now, in UID order
     * @param modified UIDs of those among them that somebody had changed since, and that were left
     *     alone (RFC 7162 section 3.1.3)
     */
    record Stored(List<MailboxMessage> messages, Set<Long> modified) implements StoreOutcome {
      public Stored {
        messages = List.copyOf(messages);
        modified = Set.copyOf(modified);
      }
    }

    /** A message would have more than {@link Mailboxes#MAX_FLAGS}; nothing was changed of it. */
    record TooManyFlags(long uid) implements StoreOutcome {}

    /** There is no such mailbox. */
    record NoMailbox() implements StoreOutcome {}
  }

  /**
   * A folder now.
   *
   * @param uidNext the UID that the next message gets
   * @param highest its HIGHESTMODSEQ
   * @param messages those with a greater modification sequence than was asked for, in UID order
   */
  record Changes(long uidNext, long highest, List<MailboxMessage> messages) {
    public Changes {
      messages = List.copyOf(messages);
    }
  }

  /** Whether so many flags can be kept of one message. */
  static boolean fit(List<String> flags) {
    return flags.stream().mapToInt(flag -> flag.length() + 1).sum() <= Mailboxes.MAX_FLAGS;
  }
}
