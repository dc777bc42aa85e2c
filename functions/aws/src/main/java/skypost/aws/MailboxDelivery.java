package skypost.aws;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * Files a message by one conditional update of the head, without a read before it; and seals the
 * head when that has filled it.
 */
final class MailboxDelivery {
  private static final String FILE =
      "SET #uid.#id = if_not_exists(#next.#f, :one), #next.#f = if_not_exists(#next.#f, :one) + :one,"
          + " #n.#f = if_not_exists(#n.#f, :zero) + :one, #b.#f = if_not_exists(#b.#f, :zero) + :size,"
          + " #msg.#id = :meta";
  private static final String FILE_IF = "attribute_exists(pk) AND attribute_not_exists(#uid.#id)";

  /** What the quota counts besides; deleted messages are not counted. */
  private static final String COUNTED = ", #bytes = #bytes + :size, #free = #free - :size";

  private static final String WITHIN_QUOTA = " AND #free >= :size";

  private final MailboxTable table;
  private final MailboxSealer sealer;
  private final MailboxDues dues;
  private final Clock clock;

  MailboxDelivery(MailboxTable table, Clock clock) {
    this.table = table;
    this.sealer = new MailboxSealer(table, clock);
    this.dues = new MailboxDues(table);
    this.clock = clock;
  }

  DeliveryOutcome deliver(EmailAddress user, Delivery delivery) throws IOException {
    MailboxEntry entry = new MailboxEntry(delivery.folder(), message(delivery));
    return place(user, entry, delivery.until());
  }

  /** Files it among the deleted at once. */
  DeliveryOutcome discard(EmailAddress user, Delivery delivery) throws IOException {
    MailboxEntry wanted = new MailboxEntry(delivery.folder(), message(delivery));
    MailboxEntry entry = wanted.deleted(0, clock.instant());
    return place(user, entry, Optional.of(due(entry)));
  }

  private static Instant due(MailboxEntry deleted) {
    return MailboxExpunge.due(deleted.deletion().orElseThrow().at());
  }

  private static MailboxMessage message(Delivery delivery) {
    return new MailboxMessage(
        0,
        delivery.id(),
        delivery.size(),
        delivery.shared(),
        delivery.subject(),
        delivery.flags(),
        delivery.results());
  }

  private DeliveryOutcome place(EmailAddress user, MailboxEntry entry, Optional<Instant> due)
      throws IOException {
    // No greater id than ours was sealed away: then ours cannot have been, and the head alone
    // tells.
    String unsealed = "#sealedTo < :self";
    AttributeValue self = Items.s(entry.message().id().value());
    for (int tries = 1; ; tries++) {
      try {
        MailboxHead head = file(user, entry, unsealed, self);
        register(user, head, due);
        sealIfFull(user, head);
        return new DeliveryOutcome.Filed(
            head.entry(entry.message().id()).orElseThrow().message().uid());
      } catch (ConditionalCheckFailedException refused) {
        Optional<MailboxHead> head = table.headOf(refused, user);
        if (head.isEmpty()) {
          return new DeliveryOutcome.NoMailbox();
        }
        Optional<DeliveryOutcome> end = explain(user, head.get(), entry, due);
        if (end.isPresent()) {
          return end.get();
        }
        // It is in no page up to this seal: file it, provided that nothing is sealed in between.
        unsealed = "#sealedTo = :self";
        self = Items.s(head.get().sealedTo());
        Calls.pause(tries);
      }
    }
  }

  private MailboxHead file(
      EmailAddress user, MailboxEntry entry, String unsealed, AttributeValue self)
      throws IOException {
    Map<String, String> names =
        new HashMap<>(
            Map.of(
                "#uid", MailboxHead.UIDS,
                "#id", entry.message().id().value(),
                "#next", MailboxHead.NEXT,
                "#f", entry.folder(),
                "#n", MailboxHead.MESSAGES,
                "#b", MailboxHead.FOLDER_BYTES,
                "#msg", MailboxHead.METAS,
                "#sealedTo", MailboxHead.SEALED_TO));
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":self", self);
    values.put(":one", Items.n(1));
    values.put(":zero", Items.n(0));
    values.put(":size", Items.n(entry.message().size()));
    values.put(":meta", Items.s(entry.meta()));
    String update = FILE;
    String condition = FILE_IF + " AND " + unsealed;
    if (!entry.isDeleted()) {
      update += COUNTED;
      condition += WITHIN_QUOTA;
      names.put("#bytes", MailboxHead.BYTES);
      names.put("#free", MailboxHead.FREE);
    }
    return MailboxHead.read(
        table.updateHead(user, update, condition, names, values, ReturnValue.ALL_NEW));
  }

  /** A fault here is the delivery's: it comes again, and is a duplicate that registers. */
  private void register(EmailAddress user, MailboxHead head, Optional<Instant> due)
      throws IOException {
    if (due.isPresent()) {
      dues.ensure(user, head, due.get());
    }
  }

  void sealIfFull(EmailAddress user, MailboxHead head) {
    try {
      sealer.sealIfFull(user, head);
    } catch (IOException fault) {
      // The message is filed whatever becomes of this; the next delivery finds the head still full.
      EventLog.warn("seal").with("user", user).cause(fault).write();
    }
  }

  /** Why a delivery was refused; empty when nothing speaks against it but the age of its id. */
  private Optional<DeliveryOutcome> explain(
      EmailAddress user, MailboxHead head, MailboxEntry entry, Optional<Instant> due)
      throws IOException {
    Optional<MailboxEntry> before = head.entry(entry.message().id());
    if (before.isEmpty()) {
      before = table.sealedEntry(user, head, entry.message().id());
    }
    if (before.isPresent()) {
      register(user, head, before.get().isDeleted() ? before.map(MailboxDelivery::due) : due);
      return Optional.of(new DeliveryOutcome.Duplicate(before.get().isDeleted()));
    }
    boolean fits =
        entry.isDeleted()
            || head.quota() == 0
            || head.bytes() + entry.message().size() <= head.quota();
    return fits ? Optional.empty() : Optional.of(new DeliveryOutcome.OverQuota());
  }
}
