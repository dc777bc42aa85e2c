package skypost.aws;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import skypost.mail.mailbox.Mailboxes.Gone;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * Removes a mailbox, however large, in as many runs as it takes. Its head is marked first: from
 * then on nobody finds the mailbox, and nothing is filed in it. The bodies of a page go before the
 * page, and the head goes last: so a run that is cut short leaves less to the next one, and nothing
 * that nobody knows of.
 */
final class MailboxRemoval {
  /** Pages that are dealt with together: half a thousand messages or so, as S3 deletes them. */
  private static final int PAGES = 80;

  /** How many such at once: each waits for DynamoDB and S3 most of the time. */
  private static final int AT_ONCE = 8;

  private final MailboxTable table;

  MailboxRemoval(MailboxTable table) {
    this.table = table;
  }

  void remove(EmailAddress user, Gone gone) throws IOException {
    Optional<MailboxHead> marked = mark(user);
    if (marked.isEmpty()) {
      return;
    }
    gone.free(marked.get().entries().stream().map(MailboxEntry::message).toList());
    removePages(user, marked.get(), gone);
    table.deleteRemovedHead(user);
  }

  /** Marks the head, unless it is; empty when there is none. */
  private Optional<MailboxHead> mark(EmailAddress user) throws IOException {
    for (int tries = 1; ; tries++) {
      Map<String, AttributeValue> item = table.headItem(user);
      if (item.isEmpty()) {
        return Optional.empty();
      }
      MailboxHead head = MailboxHead.read(item);
      if (MailboxHead.isRemoved(item)) {
        return Optional.of(head);
      }
      try {
        return Optional.of(mark(user, head));
      } catch (ConditionalCheckFailedException changed) {
        Calls.pause(tries);
      }
    }
  }

  /**
   * Whatever would write to the mailbox is refused by what it requires of the head: deliveries by
   * {@code sealedTo}, a lease by {@code removals}, all else by the version.
   */
  private MailboxHead mark(EmailAddress user, MailboxHead head) throws IOException {
    return MailboxHead.read(
        table.updateHead(
            user,
            "SET #removed = :yes, #v = :next, #removals = :none, #sealedTo = :last REMOVE #lease, #due",
            "#v = :v",
            Map.of(
                "#removed", MailboxHead.REMOVED,
                "#v", MailboxHead.VERSION,
                "#removals", MailboxHead.REMOVALS,
                "#sealedTo", MailboxHead.SEALED_TO,
                "#lease", MailboxHead.LEASE,
                "#due", MailboxHead.DUE),
            Map.of(
                ":yes", Items.bool(true),
                ":v", Items.n(head.version()),
                ":next", Items.n(head.version() + 1),
                ":none", Items.n(-1),
                ":last", Items.s("~")), // greater than any message id
            ReturnValue.ALL_NEW));
  }

  private void removePages(EmailAddress user, MailboxHead marked, Gone gone) throws IOException {
    Semaphore places = new Semaphore(AT_ONCE);
    List<Future<Void>> begun = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Iterator<MailboxPage> pages = table.allPages(user, marked.version());
      while (pages.hasNext()) {
        List<MailboxPage> some = new ArrayList<>();
        while (pages.hasNext() && some.size() < PAGES) {
          some.add(pages.next());
        }
        places.acquire();
        begun.add(
            threads.submit(() -> {
              try {
                gone.free(messages(some));
                table.deletePages(user, some);
                return null;
              } finally {
                places.release();
              }
            }));
      }
      for (Future<Void> each : begun) {
        each.get();
      }
    } catch (UncheckedIOException fault) {
      throw fault.getCause();
    } catch (ExecutionException fault) {
      throw fault.getCause() instanceof IOException io ? io : new IOException(fault.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  private static List<MailboxMessage> messages(List<MailboxPage> pages) {
    return pages.stream().flatMap(page -> page.messages().stream()).toList();
  }
}
