package skypost.mail.directory;

/**
 * What holds for the mailboxes of a domain.
 *
 * @param quotaBytes octets that all of them may hold together; 0: no limit
 * @param times how long their folders keep messages, where a user says nothing else
 */
public record MailboxRules(long quotaBytes, FolderTimes times) {
  /** No limits. */
  public static final MailboxRules NONE = new MailboxRules(0, FolderTimes.NONE);

  public MailboxRules {
    if (quotaBytes < 0) {
      throw new IllegalArgumentException("a quota is not negative");
    }
  }
}
