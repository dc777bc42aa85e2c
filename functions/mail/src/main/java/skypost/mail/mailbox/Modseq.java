package skypost.mail.mailbox;

/**
 * Modification sequences (RFC 7162): numbers of a folder that grow with each change in it, so that
 * a client learns what has changed since it looked last.
 *
 * <p>They are made of two numbers that a folder has anyway or counts at no cost: the UIDs it has
 * given, and how often it was changed otherwise. So a delivery, which is all that most mailboxes
 * ever see, writes nothing for them.
 */
public final class Modseq {
  /** UIDs have 32 bits, and modification sequences 63 (RFC 7162 section 3.1). */
  private static final int CHANGES_BITS = 31;

  private Modseq() {}

  /** That of a message which nobody has changed since it came. */
  public static long unchanged(long uid) {
    return uid << CHANGES_BITS;
  }

  /**
   * The HIGHESTMODSEQ of a folder, and that of a message changed by the last of the changes.
   *
   * @param uidNext the UID that the next message gets
   * @param changes how often flags were changed and messages removed
   */
  public static long highest(long uidNext, long changes) {
    return (uidNext - 1) << CHANGES_BITS | changes;
  }
}
