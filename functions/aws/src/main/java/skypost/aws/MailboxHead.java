package skypost.aws;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.AfterRetrieval;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.mailbox.Mailboxes.Lease;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.mailbox.Modseq;
import skypost.mail.message.MessageId;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The head of a mailbox: one item with the counters and the newest messages.
 *
 * @param version grows with every change but a delivery; a page is written for one version
 * @param removals how often messages were removed
 * @param due when the mailbox is to be looked at for messages whose time is over, in seconds since
 *     the epoch; 0: nothing is registered
 * @param sealedTo the greatest message id that was moved into a page; a delivery with a greater id
 *     cannot be there
 * @param quota 0: no limit
 * @param free octets that may still be filed
 * @param bytes octets of all messages but the deleted ones
 * @param next the next UID of each folder
 * @param messages how many each folder has
 * @param folderBytes octets of each folder
 * @param sealed the lowest UID of each folder that is not in a page
 * @param changes how often flags were changed in each folder, and messages removed from it
 * @param entries the newest messages, deleted ones among them, in UID order
 * @param lease the maildrop lease
 * @param afterRetrieval what POP3 does with a message that it has handed out
 * @param madeAt when the mailbox was made, in seconds since the epoch; the UIDVALIDITY of IMAP
 */
record MailboxHead(
    long version,
    long removals,
    long due,
    String sealedTo,
    long quota,
    long free,
    long bytes,
    Map<String, Long> next,
    Map<String, Long> messages,
    Map<String, Long> folderBytes,
    Map<String, Long> sealed,
    Map<String, Long> changes,
    List<MailboxEntry> entries,
    Optional<Lease> lease,
    AfterRetrieval afterRetrieval,
    long madeAt) {
  /** The sort key of a head. */
  static final String SORT_KEY = "head";

  static final String VERSION = "v";
  static final String REMOVALS = "removals";
  static final String DUE = "due";
  static final String SEALED_TO = "sealedTo";
  static final String QUOTA = "quota";
  static final String FREE = "free";
  static final String BYTES = "bytes";
  static final String NEXT = "next";
  static final String MESSAGES = "n";
  static final String FOLDER_BYTES = "b";
  static final String SEALED = "sealed";

  /**
   * Begins the name of an attribute of its own for each folder in which something was changed: who
   * never changes anything pays nothing, and heads that are older than it need no map.
   */
  private static final String CHANGES = "c#";

  static final String UIDS = "uid";
  static final String METAS = "msg";
  static final String CLEARS = "clears";
  static final String MADE_AT = "made";
  static final String LEASE = "lease";
  static final String LEASE_HOLDER = "by";
  static final String LEASE_UNTIL = "until";

  /** Marks a head whose mailbox is being removed, see {@link MailboxRemoval}. */
  static final String REMOVED = "removed";

  /** Octets that are free where there is no quota: more than any mailbox will ever hold. */
  private static final long UNLIMITED = 1L << 53;

  /** The item of a new, empty mailbox. */
  static Map<String, AttributeValue> create(
      String user, long quota, AfterRetrieval afterRetrieval, Instant now) {
    Map<String, AttributeValue> item = Items.item(user, SORT_KEY);
    // Greater than of any earlier mailbox of that name, so a page left behind by one is never taken
    // for ours.
    item.put(VERSION, Items.n(now.toEpochMilli()));
    item.put(MADE_AT, Items.n(now.getEpochSecond()));
    item.put(REMOVALS, Items.n(0));
    item.put(SEALED_TO, Items.s("-")); // less than any message id
    item.put(QUOTA, Items.n(quota));
    item.put(FREE, Items.n(room(quota)));
    if (afterRetrieval == AfterRetrieval.DELETE) {
      item.put(CLEARS, Items.bool(true)); // heads are paid for by the kilobyte
    }
    item.put(BYTES, Items.n(0));
    item.put(NEXT, Items.map(Map.of(Mailboxes.INBOX, Items.n(1))));
    item.put(MESSAGES, Items.map(Map.of(Mailboxes.INBOX, Items.n(0))));
    item.put(FOLDER_BYTES, Items.map(Map.of(Mailboxes.INBOX, Items.n(0))));
    item.put(SEALED, Items.map(Map.of(Mailboxes.INBOX, Items.n(1))));
    item.put(UIDS, Items.map(Map.of()));
    item.put(METAS, Items.map(Map.of()));
    return item;
  }

  /** What an empty mailbox of that quota has room for. */
  static long room(long quota) {
    return quota == 0 ? UNLIMITED : quota;
  }

  static boolean isRemoved(Map<String, AttributeValue> item) {
    return Items.flag(item, REMOVED);
  }

  /** The least version that a page of this mailbox can have: older ones are of a forerunner. */
  long firstVersion() {
    return Instant.ofEpochSecond(madeAt).toEpochMilli();
  }

  static MailboxHead read(Map<String, AttributeValue> item) {
    Map<String, AttributeValue> metas = Items.submap(item, METAS);
    List<MailboxEntry> entries = new ArrayList<>();
    Items.submap(item, UIDS)
        .forEach((id, uid) ->
            entries.add(
                MailboxEntry.read(new MessageId(id), Long.parseLong(uid.n()), metas.get(id).s())));
    entries.sort(Comparator.comparingLong(entry -> entry.message().uid()));
    return new MailboxHead(
        Items.number(item, VERSION),
        Items.number(item, REMOVALS),
        Items.number(item, DUE),
        Items.text(item, SEALED_TO),
        Items.number(item, QUOTA),
        Items.number(item, FREE),
        Items.number(item, BYTES),
        numbers(item, NEXT),
        numbers(item, MESSAGES),
        numbers(item, FOLDER_BYTES),
        numbers(item, SEALED),
        changes(item),
        List.copyOf(entries),
        lease(item),
        Items.flag(item, CLEARS) ? AfterRetrieval.DELETE : AfterRetrieval.KEEP,
        Math.max(1, Items.number(item, MADE_AT))); // of one that was made before there was this
  }

  /** The name of the attribute that counts a folder's changes, see {@link Modseq}. */
  static String changesOf(String folder) {
    return CHANGES + folder;
  }

  private static Map<String, Long> changes(Map<String, AttributeValue> item) {
    Map<String, Long> changes = new HashMap<>();
    item.forEach((name, number) -> {
      if (name.startsWith(CHANGES)) {
        changes.put(name.substring(CHANGES.length()), Long.parseLong(number.n()));
      }
    });
    return changes;
  }

  private static Map<String, Long> numbers(Map<String, AttributeValue> item, String name) {
    Map<String, Long> numbers = new HashMap<>();
    Items.submap(item, name)
        .forEach((folder, number) -> numbers.put(folder, Long.parseLong(number.n())));
    return numbers;
  }

  private static Optional<Lease> lease(Map<String, AttributeValue> item) {
    Map<String, AttributeValue> lease = Items.submap(item, LEASE);
    return lease.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Lease(
                Items.text(lease, LEASE_HOLDER),
                Instant.ofEpochMilli(Items.number(lease, LEASE_UNTIL))));
  }

  /** The lowest UID of a folder that is not in a page. */
  long boundary(String folder) {
    return sealed.getOrDefault(folder, 1L);
  }

  /** The HIGHESTMODSEQ of a folder. */
  long highestModseq(String folder) {
    return Modseq.highest(nextOf(folder), changes.getOrDefault(folder, 0L));
  }

  Optional<MailboxEntry> entry(MessageId id) {
    return entries.stream().filter(entry -> entry.message().id().equals(id)).findFirst();
  }

  /** The UID that the next message of a folder gets. */
  long nextOf(String folder) {
    return next.getOrDefault(folder, 1L);
  }

  /** The entries of a folder in UID order. */
  List<MailboxEntry> entriesOf(String folder) {
    return entries.stream().filter(entry -> entry.folder().equals(folder)).toList();
  }

  /** The folders that a user sees, in the order of their names. */
  Set<String> folders() {
    Set<String> folders = new TreeSet<>(next.keySet());
    folders.remove(MailboxEntry.DELETED);
    return folders;
  }

  MailboxStatus status() {
    List<FolderStatus> folders = new ArrayList<>();
    for (String folder : folders()) {
      folders.add(
          new FolderStatus(
              folder,
              messages.getOrDefault(folder, 0L),
              folderBytes.getOrDefault(folder, 0L),
              nextOf(folder),
              changes.getOrDefault(folder, 0L)));
    }
    long count = folders.stream().mapToLong(FolderStatus::messages).sum();
    return new MailboxStatus(count, bytes, quota, folders, lease, afterRetrieval, madeAt);
  }
}
