package skypost.aws;

import java.util.List;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.message.MessageId;

/**
 * A message as head and pages keep it: a text as short as it can be, because an item is paid for by
 * the kilobyte.
 *
 * <p>{@code folder TAB size TAB marks TAB subject TAB results}, the folder empty for INBOX, the
 * marks {@code s} when others hold the body and then each flag behind a space, the results not
 * there when nothing is said of the sender; of a removed message only {@code folder TAB -} remains,
 * so that a repeated event is still recognised.
 *
 * @param folder where it lies
 * @param message what a reader sees; its size and subject mean nothing once it is removed
 * @param removed whether it has been removed
 */
record MailboxEntry(String folder, MailboxMessage message, boolean removed) {
  private static final int MAX_SUBJECT = 120; // characters
  private static final String REMOVED = "-";
  private static final String SHARED = "s";

  /** Reads what {@link #meta()} wrote. */
  static MailboxEntry read(MessageId id, long uid, String meta) {
    String[] fields = meta.split("\t", 5);
    String folder = fields[0].isEmpty() ? Mailboxes.INBOX : fields[0];
    if (fields[1].equals(REMOVED)) {
      return new MailboxEntry(folder, new MailboxMessage(uid, id, 0, false, ""), true);
    }
    List<String> marks = List.of(fields[2].split(" ", -1));
    var message =
        new MailboxMessage(
            uid,
            id,
            Long.parseLong(fields[1]),
            marks.getFirst().equals(SHARED),
            fields[3],
            marks.subList(1, marks.size()),
            fields.length > 4 ? fields[4] : "");
    return new MailboxEntry(folder, message, false);
  }

  /** What the head keeps under the message's id. */
  String meta() {
    String folderCode = folder.equals(Mailboxes.INBOX) ? "" : folder;
    if (removed) {
      return folderCode + "\t" + REMOVED;
    }
    String results = message.results().isEmpty() ? "" : "\t" + message.results();
    String subject = shorten(message.subject());
    return folderCode + "\t" + message.size() + "\t" + marks() + "\t" + subject + results;
  }

  private String marks() {
    StringBuilder marks = new StringBuilder(message.shared() ? SHARED : "");
    int end = marks.length() + Mailboxes.MAX_FLAGS;
    for (String flag : message.flags()) {
      if (marks.length() + 1 + flag.length() <= end) {
        marks.append(' ').append(flag);
      }
    }
    return marks.toString();
  }

  MailboxEntry asRemoved() {
    return new MailboxEntry(folder, message, true);
  }

  private static String shorten(String subject) {
    String oneLine = subject.replace('\t', ' ').replace('\r', ' ').replace('\n', ' ').strip();
    if (oneLine.codePointCount(0, oneLine.length()) <= MAX_SUBJECT) {
      return oneLine;
    }
    return oneLine.substring(0, oneLine.offsetByCodePoints(0, MAX_SUBJECT));
  }
}
