package skypost.aws;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.queue.RecipientsJson;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** Queue entries as items: {@code pk} the message id, {@code sk = to#<destination>#<part>}. */
final class QueueItems {
  static final String STATUS = "state";
  static final String NEXT_ATTEMPT = "next";
  static final String ATTEMPTS = "attempts";

  /** The last step by hand, so that of two that step in at once one is told; absent: none. */
  static final String BY_HAND = "hand";

  /**
   * Tells one write from another: a write whose answer was lost, and which the SDK has sent again,
   * is refused by what it did itself.
   */
  static final String MARK = "w";

  /**
   * Hash key of the sparse index of entries that wait; only those bear it, so mail that goes at
   * once costs no index.
   */
  static final String QUEUED = "queued";

  static final String DUE = "due";

  /**
   * Hash key of the sparse index of deferred entries by whom they wait for. Its range key is the
   * message id, and so the order of arrival; as only keys are in it, another attempt costs it no
   * write.
   */
  static final String DESTINATION = "destination";

  static final String WAITING = "w";
  static final String SORT_PREFIX = "to#";

  private static final String RESULTS = "results";
  private static final Duration KEPT_WHEN_DONE = Duration.ofDays(30);

  private QueueItems() {}

  static Map<String, AttributeValue> key(EntryId id) {
    return Items.key(id.message().value(), SORT_PREFIX + id.destination() + "#" + id.part());
  }

  /** Whether a write was refused because it had been made. */
  static boolean isMarked(ConditionalCheckFailedException refused, String mark) {
    return refused.hasItem() && Items.optionalText(refused.item(), MARK).equals(Optional.of(mark));
  }

  static String text(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  static String text(ByHand.Step step) {
    return step.at().toEpochMilli() + " " + step.what() + " " + step.by();
  }

  static Map<String, AttributeValue> write(QueueEntry entry) throws IOException {
    Map<String, AttributeValue> item = new java.util.HashMap<>(key(entry.id()));
    entry.sender().ifPresent(sender -> item.put("sender", Items.s(sender.toString())));
    item.put("bytes", Items.n(entry.size()));
    if (entry.shared()) {
      item.put("shared", Items.bool(true));
    }
    if (!entry.results().isEmpty()) {
      item.put(RESULTS, Items.s(entry.results()));
    }
    item.put(STATUS, Items.s(text(entry.status())));
    item.put(NEXT_ATTEMPT, Items.n(entry.nextAttempt().toEpochMilli()));
    item.put(ATTEMPTS, Items.n(entry.attemptsMade()));
    entry.byHand().last().ifPresent(step -> item.put(BY_HAND, Items.s(text(step))));
    item.put("parts", Items.s(RecipientsJson.write(entry)));
    switch (entry.status()) {
      case DEFERRED, HELD -> {
        item.put(QUEUED, Items.s(WAITING));
        item.put(DUE, Items.s(due(entry.nextAttempt())));
        if (entry.status() == Status.DEFERRED) {
          item.put(DESTINATION, Items.s(entry.waitsFor()));
        }
      }
      case DONE ->
          // Done at the last attempt; a clock is not needed to forget it a month later.
          item.put(
              Items.EXPIRES, Items.n(entry.nextAttempt().plus(KEPT_WHEN_DONE).getEpochSecond()));
      case QUEUED, SENDING -> {}
    }
    return item;
  }

  /** Times as text that sorts. */
  static String due(Instant at) {
    return String.format("%015d", Math.max(0, at.toEpochMilli()));
  }

  /** The entry whose keys these are. */
  static EntryId id(Map<String, AttributeValue> item) {
    String sortKey = Items.text(item, Items.SK);
    int end = sortKey.lastIndexOf('#');
    return new EntryId(
        new MessageId(Items.text(item, Items.PK)),
        sortKey.substring(SORT_PREFIX.length(), end),
        Integer.parseInt(sortKey.substring(end + 1)));
  }

  static QueueEntry read(Map<String, AttributeValue> item) throws IOException {
    EntryId id = id(item);
    RecipientsJson.Parts parts = RecipientsJson.read(Items.text(item, "parts"));
    QueueEntry.Mail mail =
        new QueueEntry.Mail(
            Items.optionalText(item, "sender")
                .map(sender -> EmailAddress.parse(sender).orElseThrow()),
            Items.number(item, "bytes"),
            Items.flag(item, "shared"),
            Items.optionalText(item, RESULTS).orElse(""));
    QueueEntry.Turn turn =
        new QueueEntry.Turn(
            Status.valueOf(Items.text(item, STATUS).toUpperCase(Locale.ROOT)),
            Instant.ofEpochMilli(Items.number(item, NEXT_ATTEMPT)),
            (int) Items.number(item, ATTEMPTS),
            Items.optionalText(item, DESTINATION).orElse(id.destination()));
    return new QueueEntry(id, mail, turn, parts.recipients(), parts.attempts(), parts.byHand());
  }

  static List<QueueEntry> read(List<Map<String, AttributeValue>> items) throws IOException {
    List<QueueEntry> entries = new java.util.ArrayList<>();
    for (Map<String, AttributeValue> item : items) {
      entries.add(read(item));
    }
    return entries;
  }
}
