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
    // RFC 7162 section 3.1.2.1: 0 would say that the folder keeps none
    return Math.max(1, unchanged(uidNext - 1) | changes);
  }

  /** The last UID that was given when this was the folder's HIGHESTMODSEQ. */
  public static long lastUid(long modseq) {
    return modseq >>> CHANGES_BITS;
  }

  /** How often the folder had been changed when this was its HIGHESTMODSEQ. */
  public static long changes(long modseq) {
    return modseq & ((1L << CHANGES_BITS) - 1);
  }
}
