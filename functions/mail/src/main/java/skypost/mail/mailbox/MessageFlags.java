package skypost.mail.mailbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.message.Flags;
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
   * Strongly consistent. It costs what has changed where that is deliveries alone, and otherwise
   * one reading of the folder.
   *
   * @param modseq a modification sequence or HIGHESTMODSEQ that this folder has had; 0 for
   *     everything
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
   * @param flags whose case tells nothing (RFC 9051 section 2.3.2)
   * @param without flags that are taken away besides
   * @param unchangedSince only of messages whose modification sequence is not greater
   */
  record FlagChange(
      Set<Long> uids,
      How how,
      List<String> flags,
      List<String> without,
      OptionalLong unchangedSince) {
    public FlagChange {
      uids = Set.copyOf(uids);
      flags = checked(flags);
      without = checked(without);
    }

    /** Where nothing is taken away besides. */
    public FlagChange(Set<Long> uids, How how, List<String> flags, OptionalLong unchangedSince) {
      this(uids, how, flags, List.of(), unchangedSince);
    }

    private static List<String> checked(List<String> flags) {
      for (String flag : flags) {
        if (!Flags.isFlag(flag)) {
          throw new IllegalArgumentException("not a flag: " + flag);
        }
      }
      return Flags.spelled(Flags.of(flags));
    }

    /** The flags that a message has afterwards. */
    public List<String> of(List<String> before) {
      List<String> after =
          switch (how) {
            case ADD -> Flags.added(before, flags);
            case REMOVE -> Flags.removed(before, flags);
            case REPLACE -> flags;
          };
      return Flags.removed(after, without);
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

  /** UIDs, both ends included. */
  record UidRange(long first, long last) {}

  /**
   * A folder now.
   *
   * @param uidNext the UID that the next message gets
   * @param highest its HIGHESTMODSEQ
   * @param messages those with a greater modification sequence than was asked for, in UID order
   * @param vanished UIDs that are no more: VANISHED (EARLIER). All that are missing up to the last
   *     one known then, also those missed before: UIDs of removed messages are not kept, and then a
   *     server is to name all (RFC 7162 section 3.2.5.1)
   */
  record Changes(
      long uidNext, long highest, List<MailboxMessage> messages, List<UidRange> vanished) {
    public Changes {
      messages = List.copyOf(messages);
      vanished = List.copyOf(vanished);
    }

    /** Where nothing has vanished. */
    public Changes(long uidNext, long highest, List<MailboxMessage> messages) {
      this(uidNext, highest, messages, List.of());
    }

    /**
     * The UIDs from 1 to {@code last} that are not among these.
     *
     * @param present in growing order
     */
    public static List<UidRange> missing(List<Long> present, long last) {
      List<UidRange> missing = new ArrayList<>();
      long next = 1;
      for (long uid : present) {
        if (uid > last) {
          break;
        }
        if (uid > next) {
          missing.add(new UidRange(next, uid - 1));
        }
        next = uid + 1;
      }
      if (next <= last) {
        missing.add(new UidRange(next, last));
      }
      return missing;
    }
  }

  /** Whether so many flags can be kept of one message. */
  static boolean fit(List<String> flags) {
    return flags.stream().mapToInt(flag -> flag.length() + 1).sum() <= Mailboxes.MAX_FLAGS;
  }
}
