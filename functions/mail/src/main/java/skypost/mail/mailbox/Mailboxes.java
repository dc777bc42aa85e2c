package skypost.mail.mailbox;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * The mailboxes of local users. Every method throws {@link IOException} when the outcome is not
 * known: the caller may repeat it.
 */
public interface Mailboxes {
  /** The folder that delivery files to and POP3 shows. */
  String INBOX = "INBOX";

  /** The folder of what is not wanted. */
  String JUNK = "Junk";

  /** Characters of a message's flags: entries are kept short. */
  int MAX_FLAGS = 200;

  /**
   * Makes a mailbox, or sets quota and choice of one that exists; its messages stay.
   *
   * @param quotaBytes octets it may hold; 0: no limit
   * @param afterRetrieval what POP3 does with a message that it has handed out
   * @return false, and nothing done, when an earlier mailbox of that name is still being removed
   */
  boolean create(EmailAddress user, long quotaBytes, AfterRetrieval afterRetrieval)
      throws IOException;

  /** The same for a mailbox whose messages stay until the reader deletes them. */
  default boolean create(EmailAddress user, long quotaBytes) throws IOException {
    return create(user, quotaBytes, AfterRetrieval.KEEP);
  }

  /**
   * Removes a mailbox with all its entries, the deleted ones too. It is gone at once; how long the
   * rest takes depends on how much there is.
   *
   * @param gone frees bodies; may be called by several threads, and more than once for a message
   * @throws IOException when not everything was removed: called again, it goes on from there
   */
  void delete(EmailAddress user, Gone gone) throws IOException;

  /** Frees the bodies of messages whose mailbox goes. */
  @FunctionalInterface
  interface Gone {
    /** Frees them before it returns: then the list forgets them. */
    void free(List<MailboxMessage> messages) throws IOException;
  }

  /**
   * Files a message: visible, counted and within quota by one write, and never twice, however often
   * it is repeated.
   */
  DeliveryOutcome deliver(EmailAddress user, Delivery delivery) throws IOException;

  /**
   * Files a message among the deleted at once, where the user can still find it: what a filter
   * discards. It takes no quota. Of this and {@link #deliver}, whichever comes first holds.
   *
   * @param delivery the folder in it is where the message goes when it is brought back
   */
  DeliveryOutcome discard(EmailAddress user, Delivery delivery) throws IOException;

  /**
   * The folder in which a message lies; empty when it was never filed, or has been removed.
   * Strongly consistent.
   */
  Optional<String> folderOf(EmailAddress user, MessageId id) throws IOException;

  /** Counters, quota and lease; empty when there is no mailbox. Strongly consistent. */
  Optional<MailboxStatus> status(EmailAddress user) throws IOException;

  /**
   * The messages of a folder in UID order as they are now; empty when there is no mailbox. Strongly
   * consistent.
   */
  Optional<Snapshot> open(EmailAddress user, String folder) throws IOException;

  /**
   * Takes or extends the maildrop lease.
   *
   * @param holder names the session; the same holder extends its own lease
   * @param snapshot the session's view: refused as overtaken when someone has removed messages
   *     since
   * @param now by the caller's clock
   * @param until when the lease dies by itself
   */
  LeaseOutcome lease(
      EmailAddress user, String holder, Snapshot snapshot, Instant now, Instant until)
      throws IOException;

  /** Ends a lease; with a holder only that holder's. True when one was ended. */
  boolean endLease(EmailAddress user, Optional<String> holder) throws IOException;

  /**
   * Removes messages of a snapshot and ends the lease, in one step where they are few; counters
   * follow in the same write. For a time they can be brought back, see {@link DeletedMessages};
   * their bodies stay.
   *
   * @param holder must hold the lease
   * @return false, and nothing removed, when the lease is not the holder's any more
   */
  boolean expunge(
      EmailAddress user, String holder, Snapshot snapshot, Collection<MailboxMessage> messages)
      throws IOException;

  /** What becomes of a message that POP3 has handed out whole, at QUIT and not before. */
  enum AfterRetrieval {
    KEEP,
    DELETE
  }

  /**
   * What to file.
   *
   * @param id the message
   * @param folder where
   * @param size octets as a reader will count them, with the headers of final delivery
   * @param shared whether others hold the same body, see {@link BodyHolders}
   * @param subject the decoded Subject, for listings; may be shortened
   * @param flags IMAP flags that it is filed with (RFC 3501 section 2.3.2), none twice; those
   *     beyond {@link #MAX_FLAGS} characters in all may be left out
   * @param results what its reader is told of the sender, as {@link
   *     skypost.mail.message.SenderResults} packs it; may be empty
   * @param until when the folder's time for it ends, so that somebody looks at the mailbox then,
   *     see {@link ExpiringMailboxes}; empty: it stays
   */
  record Delivery(
      MessageId id,
      String folder,
      long size,
      boolean shared,
      String subject,
      List<String> flags,
      String results,
      Optional<Instant> until) {
    public Delivery {
      flags = List.copyOf(flags);
    }

    /** With nothing said of the sender, and that stays. */
    public Delivery(
        MessageId id,
        String folder,
        long size,
        boolean shared,
        String subject,
        List<String> flags) {
      this(id, folder, size, shared, subject, flags, "", Optional.empty());
    }

    /** Without flags. */
    public Delivery(MessageId id, String folder, long size, boolean shared, String subject) {
      this(id, folder, size, shared, subject, List.of());
    }
  }

  /** What became of a delivery. */
  sealed interface DeliveryOutcome {
    /** Filed now. */
    record Filed(long uid) implements DeliveryOutcome {}

    /**
     * It was filed before; nothing was done.
     *
     * @param removed whether it is among the deleted now; also there it needs its body
     */
    record Duplicate(boolean removed) implements DeliveryOutcome {}

    /** There is no room for it within the quota. */
    record OverQuota() implements DeliveryOutcome {}

    /** There is no such mailbox. */
    record NoMailbox() implements DeliveryOutcome {}
  }

  /**
   * A message in a folder.
   *
   * @param uid unique and growing within the folder, never reused
   * @param id the message
   * @param size octets as a reader counts them
   * @param shared whether others hold the same body
   * @param subject for listings
   * @param flags IMAP flags
   * @param results what the reader is told of the sender, as {@link
   *     skypost.mail.message.SenderResults} packs it; may be empty
   * @param modseq its modification sequence in the folder, see {@link Modseq}
   */
  record MailboxMessage(
      long uid,
      MessageId id,
      long size,
      boolean shared,
      String subject,
      List<String> flags,
      String results,
      long modseq) {
    public MailboxMessage {
      flags = List.copyOf(flags);
    }

    /** One that nobody has changed. */
    public MailboxMessage(
        long uid,
        MessageId id,
        long size,
        boolean shared,
        String subject,
        List<String> flags,
        String results) {
      this(uid, id, size, shared, subject, flags, results, Modseq.unchanged(uid));
    }

    /** The same message with other flags. */
    public MailboxMessage with(List<String> changed, long at) {
      return new MailboxMessage(uid, id, size, shared, subject, changed, results, at);
    }

    /** With nothing said of the sender. */
    public MailboxMessage(
        long uid, MessageId id, long size, boolean shared, String subject, List<String> flags) {
      this(uid, id, size, shared, subject, flags, "");
    }

    /** Without flags. */
    public MailboxMessage(long uid, MessageId id, long size, boolean shared, String subject) {
      this(uid, id, size, shared, subject, List.of());
    }
  }

  /**
   * A folder's counters.
   *
   * @param messages how many
   * @param bytes octets of all
   * @param uidNext the UID that the next message gets
   * @param changes how often flags were changed in it, and messages removed
   */
  record FolderStatus(String name, long messages, long bytes, long uidNext, long changes) {
    /** In which nothing was changed or removed yet. */
    public FolderStatus(String name, long messages, long bytes, long uidNext) {
      this(name, messages, bytes, uidNext, 0);
    }

    /** HIGHESTMODSEQ (RFC 7162 section 3.1.2.1): no message of it has a greater one. */
    public long highestModseq() {
      return Modseq.highest(uidNext, changes);
    }
  }

  /**
   * A mailbox's counters.
   *
   * @param messages of all folders
   * @param bytes of all folders, what the quota counts
   * @param quotaBytes 0: no limit
   * @param folders in the order of their names
   * @param lease who holds the maildrop, also when it has run out
   * @param afterRetrieval what POP3 does with a message that it has handed out
   * @param uidValidity the UIDVALIDITY of IMAP (RFC 3501 section 2.3.1.1), of all its folders:
   *     stays as long as the mailbox does, and is greater for one of the same name that is made
   *     later, by a second at least; 32 bits
   */
  record MailboxStatus(
      long messages,
      long bytes,
      long quotaBytes,
      List<FolderStatus> folders,
      Optional<Lease> lease,
      AfterRetrieval afterRetrieval,
      long uidValidity) {
    public MailboxStatus {
      folders = List.copyOf(folders);
    }

    /** A folder's counters; zeros for one that nothing was filed to yet. */
    public FolderStatus folder(String name) {
      return folders.stream()
          .filter(folder -> folder.name().equals(name))
          .findFirst()
          .orElse(new FolderStatus(name, 0, 0, 1));
    }
  }

  /**
   * The exclusive right to the maildrop (RFC 1939 section 4).
   *
   * @param holder names the session
   * @param until when it dies by itself
   */
  record Lease(String holder, Instant until) {
    public boolean isHeldAt(Instant now) {
      return until.isAfter(now);
    }
  }

  /**
   * A folder as it was at one moment.
   *
   * @param folder its name
   * @param removals how often messages have been removed from the mailbox; a changed number means
   *     an overtaken snapshot
   * @param messages in UID order
   */
  record Snapshot(String folder, long removals, List<MailboxMessage> messages) {
    public Snapshot {
      messages = List.copyOf(messages);
    }
  }

  /** What became of the wish for a lease. */
  sealed interface LeaseOutcome {
    record Taken() implements LeaseOutcome {}

    /** Another session has it. */
    record InUse(Lease lease) implements LeaseOutcome {}

    /** Messages were removed since the snapshot: its numbers are no longer true. */
    record Overtaken() implements LeaseOutcome {}
  }
}
