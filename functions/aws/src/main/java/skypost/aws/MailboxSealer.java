package skypost.aws;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * Moves the oldest messages of a full head into a page.
 *
 * <p>First the page is written, then the head lets go of the page's messages and counts the page,
 * both for one version of the head. Of one name and version a page has only one content: who comes
 * second takes over what the first one wrote. A crash between the two writes leaves a page that no
 * head counts, and the next sealer writes over it.
 */
final class MailboxSealer {
  /**
   * Entries at which a head is full: with subjects of usual length just below a kilobyte, which one
   * write unit pays for. (Heads of 16 and pages of 12 cost 0.5 units more a delivery.)
   */
  static final int FULL = 8;

  /**
   * The most entries of a page; the newest stay in the head, where late messages find their place.
   */
  static final int PAGE = 6;

  private final MailboxTable table;
  private final Clock clock;

  MailboxSealer(MailboxTable table, Clock clock) {
    this.table = table;
    this.clock = clock;
  }

  /** Seals when the head, as a delivery has just left it, is full. */
  void sealIfFull(EmailAddress user, MailboxHead head) throws IOException {
    int entries = head.entries().size();
    // Of many deliveries at once one seals; were it to fail, a later one tries again.
    if (entries < FULL || entries % (FULL - PAGE) != 0) {
      return;
    }
    MailboxPage page = choose(head);
    try {
      table.put(
          page.write(user.toString(), clock.instant()),
          "attribute_not_exists(pk) OR v < :v",
          Map.of(":v", Items.n(head.version())));
    } catch (ConditionalCheckFailedException written) {
      MailboxPage other = table.page(user, page.sortKey()).orElse(page);
      if (other.version() != head.version()) {
        return; // somebody is ahead of us
      }
      page = other;
    }
    release(user, head, page);
  }

  /**
   * The oldest entries of the fullest folder; the newest stay, since late messages are told from
   * them without a read.
   */
  private MailboxPage choose(MailboxHead head) {
    Map<String, List<MailboxEntry>> byFolder =
        head.entries().stream().collect(Collectors.groupingBy(MailboxEntry::folder));
    Map.Entry<String, List<MailboxEntry>> fullest =
        byFolder.entrySet().stream()
            .max(Comparator.comparingInt(folder -> folder.getValue().size()))
            .orElseThrow();
    List<MailboxEntry> entries = fullest.getValue();
    int count = Math.clamp(entries.size() - (FULL - PAGE), 1, PAGE);
    return new MailboxPage(
        fullest.getKey(),
        head.boundary(fullest.getKey()),
        head.version(),
        0,
        clock.instant(),
        entries.subList(0, count));
  }

  private void release(EmailAddress user, MailboxHead head, MailboxPage page) throws IOException {
    Map<String, String> names = new HashMap<>();
    Map<String, AttributeValue> values = new HashMap<>();
    List<String> removed = new ArrayList<>();
    String sealedTo = head.sealedTo();
    for (MailboxEntry entry : page.entries()) {
      String id = entry.message().id().value();
      String name = "#i" + removed.size();
      names.put(name, id);
      removed.add("#uid." + name + ", #msg." + name);
      sealedTo = sealedTo.compareTo(id) < 0 ? id : sealedTo;
    }
    names.putAll(
        Map.of(
            "#uid",
            MailboxHead.UIDS,
            "#msg",
            MailboxHead.METAS,
            "#sealed",
            MailboxHead.SEALED,
            "#f",
            page.folder(),
            "#sealedTo",
            MailboxHead.SEALED_TO,
            "#v",
            MailboxHead.VERSION));
    values.put(":to", Items.s(sealedTo));
    values.put(":boundary", Items.n(page.entries().getLast().message().uid() + 1));
    values.put(":v", Items.n(head.version()));
    values.put(":one", Items.n(1));
    try {
      table.updateHead(
          user,
          "SET #sealed.#f = :boundary, #sealedTo = :to, #v = #v + :one REMOVE "
              + String.join(", ", removed),
          "#v = :v",
          names,
          values,
          ReturnValue.NONE);
    } catch (ConditionalCheckFailedException changed) {
      return; // another sealer did it, or a removal came between: a later delivery finds the head
      // as it is
    }
  }
}
