package skypost.aws;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.message.MessageId;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A page: older messages of one folder, moved out of the head together.
 *
 * @param folder the folder
 * @param from the folder's boundary when it was written, hence the lowest UID it may hold; names
 *     the page
 * @param version of the head it was written for; of one name and version there is only one content
 * @param revision counts the changes of it
 * @param sealedAt when it was written, by the writer's clock
 * @param entries in UID order
 */
record MailboxPage(
    String folder,
    long from,
    long version,
    long revision,
    Instant sealedAt,
    List<MailboxEntry> entries) {
  static final String REVISION = "r";
  private static final String SEALED_AT = "at";
  private static final String ENTRIES = "m";

  MailboxPage {
    entries = List.copyOf(entries);
  }

  /** Sort keys of a folder's pages are in UID order. */
  static String sortKey(String folder, long from) {
    return "page#" + folder + "#" + String.format("%012d", from);
  }

  String sortKey() {
    return sortKey(folder, from);
  }

  Map<String, AttributeValue> write(String user, Instant now) {
    Map<String, AttributeValue> item = Items.item(user, sortKey());
    item.put(MailboxHead.VERSION, Items.n(version));
    item.put(REVISION, Items.n(revision));
    item.put(SEALED_AT, Items.n(sealedAt.toEpochMilli()));
    item.put(ENTRIES, Items.strings(entries.stream().map(MailboxPage::line).toList()));
    if (entries.isEmpty()) { // nothing is lost with it, and time to live deletes at no cost
      item.put(Items.EXPIRES, Items.n(now.getEpochSecond()));
    }
    return item;
  }

  static MailboxPage read(Map<String, AttributeValue> item) {
    String sortKey = Items.text(item, Items.SK);
    int end = sortKey.lastIndexOf('#');
    List<MailboxEntry> entries = new ArrayList<>();
    for (String line : Items.texts(item, ENTRIES)) {
      entries.add(entry(line));
    }
    return new MailboxPage(
        sortKey.substring("page#".length(), end),
        Long.parseLong(sortKey.substring(end + 1)),
        Items.number(item, MailboxHead.VERSION),
        Items.number(item, REVISION),
        Instant.ofEpochMilli(Items.number(item, SEALED_AT)),
        entries);
  }

  /** An entry as a page has it. */
  static String line(MailboxEntry entry) {
    MailboxMessage message = entry.message();
    return message.id() + "\t" + message.uid() + "\t" + entry.meta();
  }

  /** Reads what {@link #line} wrote. */
  static MailboxEntry entry(String line) {
    String[] fields = line.split("\t", 3);
    return MailboxEntry.read(new MessageId(fields[0]), Long.parseLong(fields[1]), fields[2]);
  }

  Optional<MailboxEntry> entry(MessageId id) {
    return entries.stream().filter(entry -> entry.message().id().equals(id)).findFirst();
  }

  List<MailboxMessage> messages() {
    return entries.stream().map(MailboxEntry::message).toList();
  }

  /** The page with these entries for those of the same messages. */
  MailboxPage with(Map<MessageId, MailboxEntry> changed) {
    List<MailboxEntry> rest =
        entries.stream().map(entry -> changed.getOrDefault(entry.message().id(), entry)).toList();
    return new MailboxPage(folder, from, version, revision + 1, sealedAt, rest);
  }

  /** The page without these messages. */
  MailboxPage without(Set<MessageId> gone) {
    List<MailboxEntry> rest =
        entries.stream().filter(entry -> !gone.contains(entry.message().id())).toList();
    return new MailboxPage(folder, from, version, revision + 1, sealedAt, rest);
  }
}
