package skypost.mail.mailbox;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.protocol.address.EmailAddress;

/**
 * Mailboxes held against themselves: whether what is counted is what is there. Nothing that serves
 * users needs it; it proves that nothing has gone wrong, and mends what has.
 */
public interface MailboxChecks {
  /**
   * All that a mailbox holds, and how its counters differ from that, as of one moment, also while
   * mail is delivered; empty when there is no mailbox.
   *
   * @throws IOException also when it changes too fast to be read
   */
  Optional<Contents> read(EmailAddress user) throws IOException;

  /**
   * Makes the counters say what was read.
   *
   * @return false, and nothing done, when anything has changed since
   */
  boolean recount(EmailAddress user, Contents seen) throws IOException;

  /**
   * What was read.
   *
   * @param mark as {@link ExpiringMailboxes#mark} has it
   * @param quotaBytes what the mailbox itself enforces
   * @param messages folder by folder in UID order; deleted ones last
   * @param differences between counters and messages; empty in a mailbox that is well
   */
  record Contents(String mark, long quotaBytes, List<Held> messages, List<Difference> differences) {
    public Contents {
      messages = List.copyOf(messages);
      differences = List.copyOf(differences);
    }
  }

  /**
   * A message.
   *
   * @param folder where it lies, or lay
   * @param deleted whether it is among the deleted
   */
  record Held(String folder, boolean deleted, MailboxMessage message) {}

  /**
   * A number that is wrong.
   *
   * @param what is counted
   * @param folder empty: the whole mailbox
   * @param stored what the mailbox says
   * @param found what is there
   */
  record Difference(What what, Optional<String> folder, long stored, long found) {}

  /** What is counted. */
  enum What {
    MESSAGES,
    BYTES,
    /** The next UID is not greater than one that is in use. */
    UID_NEXT,
    /** What the quota leaves free. */
    FREE_BYTES,
    /** A message that is there more than once: not mended by counting. */
    TWICE
  }
}
