package skypost.aws;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import skypost.aws.RememberedPages.Known;
import skypost.aws.RememberedPages.Mark;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.protocol.address.EmailAddress;

/**
 * Lists a folder as a head knows it that was read just before: what the head does not count as
 * sealed is taken from the head alone, the rest from the pages, or from what is remembered of them.
 */
final class MailboxListing {
  /** Messages of a folder of which more is not remembered. */
  private static final long MAX_MESSAGES = 250_000;

  private final MailboxTable table;
  private final Optional<RememberedPages> memory;

  MailboxListing(MailboxTable table, Optional<RememberedPages> memory) {
    this.table = table;
    this.memory = memory;
  }

  List<MailboxMessage> messages(EmailAddress user, MailboxHead head, String folder)
      throws IOException {
    List<MailboxMessage> messages = new ArrayList<>();
    if (memory.isPresent() && isRemembered(head, folder)) {
      pages(user, head, folder, memory.get()).addTo(messages);
    } else {
      table
          .pages(user, head, folder, 1, head.boundary(folder))
          .forEachRemaining(page -> messages.addAll(page.messages()));
    }
    head.entriesOf(folder).forEach(entry -> messages.add(entry.message()));
    return messages;
  }

  /** Pages of deleted messages change without a removal, and no session lists them. */
  private static boolean isRemembered(MailboxHead head, String folder) {
    return head.boundary(folder) > 1
        && head.messages().getOrDefault(folder, 0L) <= MAX_MESSAGES
        && !folder.equals(MailboxEntry.DELETED);
  }

  private PackedPages pages(
      EmailAddress user, MailboxHead head, String folder, RememberedPages memory)
      throws IOException {
    Mark mark = Mark.of(head, folder);
    Optional<Known> known = memory.find(user, folder);
    if (known.isPresent()
        && known.get().mark().equals(mark)
        && agree(head, folder, known.get().pages())) {
      return known.get().pages();
    }
    Optional<PackedPages> grown =
        known.isPresent() ? grown(user, head, folder, known.get()) : Optional.empty();
    if (grown.isPresent()) {
      memory.remember(user, folder, new Known(mark, known.get().read(), grown.get()));
      return grown.get();
    }
    Instant now = memory.now();
    PackedPages pages =
        PackedPages.NONE.and(table.pages(user, head, folder, 1, head.boundary(folder)));
    if (agree(head, folder, pages)) {
      memory.remember(user, folder, new Known(mark, now, pages));
    } else { // somebody removed messages between head and pages, or the counters are wrong
      memory.forget(user, folder);
    }
    return pages;
  }

  /**
   * What is known and the pages since, when nothing else can have changed. The last known page is
   * read again: it is the same only in the same mailbox, and not in another one of its name.
   */
  private Optional<PackedPages> grown(
      EmailAddress user, MailboxHead head, String folder, Known known) throws IOException {
    Optional<MailboxPage> last = known.pages().last();
    if (last.isEmpty() || !Mark.of(head, folder).isBehind(known.mark())) {
      return Optional.empty();
    }
    Iterator<MailboxPage> since =
        table.pages(user, head, folder, last.get().from(), head.boundary(folder));
    if (!since.hasNext() || !since.next().equals(last.get())) {
      return Optional.empty();
    }
    return Optional.of(known.pages().and(since)).filter(pages -> agree(head, folder, pages));
  }

  /** Whether pages and head together are what the head counts: else they are of two moments. */
  private static boolean agree(MailboxHead head, String folder, PackedPages pages) {
    List<MailboxEntry> inHead = head.entriesOf(folder);
    long bytes = inHead.stream().mapToLong(entry -> entry.message().size()).sum();
    return pages.count() + inHead.size() == head.messages().getOrDefault(folder, 0L)
        && pages.bytes() + bytes == head.folderBytes().getOrDefault(folder, 0L);
  }
}
