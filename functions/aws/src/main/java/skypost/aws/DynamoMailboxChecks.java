package skypost.aws;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import skypost.mail.mailbox.MailboxChecks;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Reads a mailbox whole. A head says at one moment what is counted and which messages it holds, and
 * pages below its boundaries change only together with its version: so what was read belongs
 * together when the version is still the same afterwards.
 */
public final class DynamoMailboxChecks implements MailboxChecks {
  private static final int TRIES = 10;

  private final MailboxTable table;

  /**
   * @param tableName the mailboxes table
   */
  public DynamoMailboxChecks(DynamoDbClient dynamo, String tableName) {
    this.table = new MailboxTable(dynamo, tableName);
  }

  @Override
  public Optional<Contents> read(EmailAddress user) throws IOException {
    for (int tries = 1; tries <= TRIES; tries++) {
      Optional<MailboxHead> head = table.head(user);
      if (head.isEmpty()) {
        return Optional.empty();
      }
      Contents contents = contents(user, head.get());
      Optional<MailboxHead> after = table.head(user);
      if (after.filter(now -> now.version() == head.get().version()).isPresent()) {
        return Optional.of(contents);
      }
      Calls.pause(tries);
    }
    throw new IOException("the mailbox of " + user + " changes too fast to be checked");
  }

  /** The sums of a folder. */
  private static final class Sums {
    long messages;
    long bytes;
    long uidNext = 1;
  }

  private Contents contents(EmailAddress user, MailboxHead head) throws IOException {
    List<Held> held = new ArrayList<>();
    List<Difference> differences = new ArrayList<>();
    long total = 0;
    Set<String> folders = new TreeSet<>(head.next().keySet());
    head.entries().forEach(entry -> folders.add(entry.folder()));
    for (String folder : folders) {
      Sums sums = new Sums();
      Iterator<MailboxEntry> entries = table.entries(user, head, folder, Integer.MAX_VALUE);
      while (entries.hasNext()) {
        MailboxEntry entry = entries.next();
        sums.messages++;
        sums.bytes += entry.message().size();
        sums.uidNext = Math.max(sums.uidNext, entry.message().uid() + 1);
        String place = entry.deletion().map(gone -> gone.from()).orElse(folder);
        held.add(new Held(place, entry.isDeleted(), entry.message()));
      }
      total += folder.equals(MailboxEntry.DELETED) ? 0 : sums.bytes;
      compare(head, folder, sums, differences);
    }
    Optional<String> whole = Optional.empty();
    add(differences, new Difference(What.BYTES, whole, head.bytes(), total));
    long free = MailboxHead.room(head.quota()) - total;
    add(differences, new Difference(What.FREE_BYTES, whole, head.free(), free));
    Set<String> ids = new HashSet<>();
    long twice = held.stream().filter(one -> !ids.add(one.message().id().value())).count();
    add(differences, new Difference(What.TWICE, whole, 0, twice));
    return new Contents(DynamoExpiringMailboxes.mark(head), head.quota(), held, differences);
  }

  private static void compare(
      MailboxHead head, String folder, Sums sums, List<Difference> differences) {
    Optional<String> name = Optional.of(shown(folder));
    long messages = head.messages().getOrDefault(folder, 0L);
    long bytes = head.folderBytes().getOrDefault(folder, 0L);
    add(differences, new Difference(What.MESSAGES, name, messages, sums.messages));
    add(differences, new Difference(What.BYTES, name, bytes, sums.bytes));
    if (head.nextOf(folder) < sums.uidNext) {
      differences.add(new Difference(What.UID_NEXT, name, head.nextOf(folder), sums.uidNext));
    }
  }

  private static String shown(String folder) {
    return folder.equals(MailboxEntry.DELETED) ? "(deleted)" : folder;
  }

  private static void add(List<Difference> differences, Difference difference) {
    if (difference.stored() != difference.found()) {
      differences.add(difference);
    }
  }

  @Override
  public boolean recount(EmailAddress user, Contents seen) throws IOException {
    Optional<MailboxHead> head = table.head(user);
    if (head.isEmpty() || !DynamoExpiringMailboxes.mark(head.get()).equals(seen.mark())) {
      return false;
    }
    Map<String, Long> messages = new HashMap<>();
    Map<String, Long> bytes = new HashMap<>();
    Map<String, Long> next = new HashMap<>(head.get().next());
    head.get().next().keySet().forEach(folder -> messages.put(folder, 0L));
    head.get().next().keySet().forEach(folder -> bytes.put(folder, 0L));
    long total = 0;
    for (Held held : seen.messages()) {
      String folder = held.deleted() ? MailboxEntry.DELETED : held.folder();
      messages.merge(folder, 1L, Long::sum);
      bytes.merge(folder, held.message().size(), Long::sum);
      next.merge(folder, held.message().uid() + 1, Math::max);
      total += held.deleted() ? 0 : held.message().size();
    }
    HeadUpdate update = new HeadUpdate(head.get().version());
    update.require("#next = :seen").value(":seen", numbers(head.get().next()));
    update.set("#n = :n, #b = :b, #next = :next, #bytes = :total, #free = :free");
    update.name("#n", MailboxHead.MESSAGES).value(":n", numbers(messages));
    update.name("#b", MailboxHead.FOLDER_BYTES).value(":b", numbers(bytes));
    update.name("#next", MailboxHead.NEXT).value(":next", numbers(next));
    update.name("#bytes", MailboxHead.BYTES).value(":total", Items.n(total));
    long free = MailboxHead.room(head.get().quota()) - total;
    update.name("#free", MailboxHead.FREE).value(":free", Items.n(free));
    update.require("#quota = :quota").name("#quota", MailboxHead.QUOTA);
    update.value(":quota", Items.n(head.get().quota())); // which free octets were computed from
    try {
      update.write(table, user);
      return true;
    } catch (ConditionalCheckFailedException changed) {
      return false;
    }
  }

  private static AttributeValue numbers(Map<String, Long> numbers) {
    Map<String, AttributeValue> values = new HashMap<>();
    numbers.forEach((folder, number) -> values.put(folder, Items.n(number)));
    return Items.map(values);
  }
}
