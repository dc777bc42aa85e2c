package skypost.aws;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Modseq;
import skypost.mail.message.MessageId;

/**
 * A message as head and pages keep it: a text as short as it can be, because an item is paid for by
 * the kilobyte.
 *
 * <p>{@code folder TAB size TAB marks TAB subject TAB results TAB modseq}, the folder empty for
 * INBOX, the marks {@code s} when others hold the body and then each flag behind a space, the
 * results not there when nothing is said of the sender, the modification sequence not when nobody
 * has changed the message. A deleted message lies in the folder {@link #DELETED}, under a UID of
 * that folder; where it came from and when stand before the rest: {@code DEL TAB seconds TAB folder
 * TAB size TAB marks TAB subject TAB results}.
 *
 * @param folder where it lies
 * @param message what a reader sees; of a deleted message its UID is its number among the deleted
 * @param deletion where it was and when it was deleted; empty for a message of a real folder
 */
record MailboxEntry(String folder, MailboxMessage message, Optional<Deletion> deletion) {
  /**
   * The folder of deleted messages. No user's folder can have this name, since names have no
   * control characters; one character, because heads name each folder four times.
   */
  static final String DELETED = "\u007f";

  private static final int MAX_SUBJECT = 120; // characters
  private static final String SHARED = "s";

  /**
   * What is known of a deletion.
   *
   * @param from the folder the message was in
   * @param at when, to the second
   */
  record Deletion(String from, Instant at) {}

  /** A message in a folder. */
  MailboxEntry(String folder, MailboxMessage message) {
    this(folder, message, Optional.empty());
  }

  /** Reads what {@link #meta()} wrote. */
  static MailboxEntry read(MessageId id, long uid, String meta) {
    if (!meta.startsWith(DELETED)) {
      return live(id, uid, meta);
    }
    String[] fields = meta.split("\t", 3);
    Instant at = Instant.ofEpochSecond(Long.parseLong(fields[1]));
    MailboxEntry before = live(id, uid, fields[2]);
    return new MailboxEntry(
        DELETED, before.message(), Optional.of(new Deletion(before.folder(), at)));
  }

  private static MailboxEntry live(MessageId id, long uid, String meta) {
    String[] fields = meta.split("\t", 6);
    List<String> marks = List.of(fields[2].split(" ", -1));
    var message =
        new MailboxMessage(
            uid,
            id,
            Long.parseLong(fields[1]),
            marks.getFirst().equals(SHARED),
            fields[3],
            marks.subList(1, marks.size()),
            fields.length > 4 ? fields[4] : "",
            fields.length > 5 ? Long.parseLong(fields[5]) : Modseq.unchanged(uid));
    return new MailboxEntry(fields[0].isEmpty() ? Mailboxes.INBOX : fields[0], message);
  }

  /** What the head keeps under the message's id. */
  String meta() {
    String before =
        deletion.map(gone -> DELETED + "\t" + gone.at().getEpochSecond() + "\t").orElse("");
    String place = deletion.map(Deletion::from).orElse(folder);
    return before
        + (place.equals(Mailboxes.INBOX) ? "" : place)
        + "\t"
        + message.size()
        + "\t"
        + marks()
        + "\t"
        + shorten(message.subject())
        + (message.results().isEmpty() && !isChanged() ? "" : "\t" + message.results())
        + (isChanged() ? "\t" + message.modseq() : "");
  }

  private boolean isChanged() {
    return message.modseq() != Modseq.unchanged(message.uid());
  }

  /** The same message with other flags. */
  MailboxEntry with(List<String> flags, long modseq) {
    return new MailboxEntry(folder, message.with(flags, modseq), deletion);
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

  boolean isDeleted() {
    return deletion.isPresent();
  }

  /** The same message among the deleted ones, with its number there. */
  MailboxEntry deleted(long number, Instant at) {
    return new MailboxEntry(DELETED, numbered(number), Optional.of(new Deletion(folder, at)));
  }

  /** The same message in a folder again; its UID is for the head to give. */
  MailboxEntry restored(String to) {
    return new MailboxEntry(to, numbered(0));
  }

  private MailboxMessage numbered(long uid) {
    return new MailboxMessage(
        uid,
        message.id(),
        message.size(),
        message.shared(),
        message.subject(),
        message.flags(),
        message.results());
  }

  /** As the port shows a deleted one. */
  DeletedMessage shown() {
    Deletion gone = deletion.orElseThrow();
    return new DeletedMessage(gone.from(), gone.at(), message);
  }

  private static String shorten(String subject) {
    String oneLine = subject.replace('\t', ' ').replace('\r', ' ').replace('\n', ' ').strip();
    if (oneLine.codePointCount(0, oneLine.length()) <= MAX_SUBJECT) {
      return oneLine;
    }
    return oneLine.substring(0, oneLine.offsetByCodePoints(0, MAX_SUBJECT));
  }
}
