package skypost.aws;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * Mailboxes as a head and pages in one table, see {@code infrastructure/docs/mailbox.md}. A
 * delivery is one conditional update of the head; every dozen deliveries the oldest messages of the
 * head are sealed into a page.
 */
public final class DynamoMailboxes implements Mailboxes {
  private final MailboxTable table;
  private final MailboxDelivery deliveries;
  private final MailboxExpunge expunge;
  private final MailboxRemoval removal;
  private final MailboxListing listing;
  private final Clock clock;

  /**
   * @param tableName the mailboxes table
   * @param clock says when a mailbox was made and a page sealed
   */
  public DynamoMailboxes(DynamoDbClient dynamo, String tableName, Clock clock) {
    this(dynamo, tableName, clock, Optional.empty());
  }

  /**
   * Mailboxes that remember what they read of them, for a process that lists the same ones again
   * and again: an unchanged folder costs its head then, and one that grew what is new. They show
   * nothing else for it. It takes up to 32 MB.
   *
   * @param tableName the mailboxes table
   * @param clock says when a mailbox was made and a page sealed or read
   */
  public static DynamoMailboxes remembering(DynamoDbClient dynamo, String tableName, Clock clock) {
    return new DynamoMailboxes(dynamo, tableName, clock, Optional.of(new RememberedPages(clock)));
  }

  private DynamoMailboxes(
      DynamoDbClient dynamo, String tableName, Clock clock, Optional<RememberedPages> memory) {
    this.table = new MailboxTable(dynamo, tableName);
    this.deliveries = new MailboxDelivery(table, clock);
    this.expunge = new MailboxExpunge(table, clock);
    this.removal = new MailboxRemoval(table);
    this.listing = new MailboxListing(table, memory);
    this.clock = clock;
  }

  @Override
  public boolean create(EmailAddress user, long quotaBytes, AfterRetrieval afterRetrieval)
      throws IOException {
    try {
      table.put(
          MailboxHead.create(user.toString(), quotaBytes, afterRetrieval, clock.instant()),
          "attribute_not_exists(pk)",
          Map.of());
      return true;
    } catch (ConditionalCheckFailedException exists) {
      return change(user, quotaBytes, afterRetrieval);
    }
  }

  /** False when it is being removed. */
  private boolean change(EmailAddress user, long quotaBytes, AfterRetrieval afterRetrieval)
      throws IOException {
    for (int tries = 1; ; tries++) {
      Optional<MailboxHead> head = table.head(user);
      if (head.isEmpty()) {
        return false;
      }
      long before = head.get().quota();
      if (before == quotaBytes && head.get().afterRetrieval() == afterRetrieval) {
        return true;
      }
      long more = MailboxHead.room(quotaBytes) - MailboxHead.room(before);
      try {
        table.updateHead(
            user,
            "SET #quota = :new, #free = #free + :more, #clears = :clears",
            "#quota = :old",
            Map.of(
                "#quota",
                MailboxHead.QUOTA,
                "#free",
                MailboxHead.FREE,
                "#clears",
                MailboxHead.CLEARS),
            Map.of(
                ":new",
                Items.n(quotaBytes),
                ":more",
                Items.n(more),
                ":old",
                Items.n(before),
                ":clears",
                Items.bool(afterRetrieval == AfterRetrieval.DELETE)),
            ReturnValue.NONE);
        return true;
      } catch (ConditionalCheckFailedException changed) {
        Calls.pause(tries);
      }
    }
  }

  @Override
  public void delete(EmailAddress user, Gone gone) throws IOException {
    removal.remove(user, gone);
  }

  @Override
  public DeliveryOutcome deliver(EmailAddress user, Delivery delivery) throws IOException {
    return deliveries.deliver(user, delivery);
  }

  @Override
  public DeliveryOutcome discard(EmailAddress user, Delivery delivery) throws IOException {
    return deliveries.discard(user, delivery);
  }

  @Override
  public Optional<String> folderOf(EmailAddress user, MessageId id) throws IOException {
    Optional<MailboxHead> head = table.head(user);
    if (head.isEmpty()) {
      return Optional.empty();
    }
    Optional<MailboxEntry> entry = head.get().entry(id);
    if (entry.isEmpty()) {
      entry = table.sealedEntry(user, head.get(), id);
    }
    return entry.filter(found -> !found.isDeleted()).map(MailboxEntry::folder);
  }

  @Override
  public Optional<MailboxStatus> status(EmailAddress user) throws IOException {
    return table.head(user).map(MailboxHead::status);
  }

  @Override
  public Optional<Snapshot> open(EmailAddress user, String folder) throws IOException {
    Optional<MailboxHead> head = table.head(user);
    return head.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Snapshot(
                folder, head.get().removals(), listing.messages(user, head.get(), folder)));
  }

  @Override
  public LeaseOutcome lease(
      EmailAddress user, String holder, Snapshot snapshot, Instant now, Instant until)
      throws IOException {
    Map<String, AttributeValue> lease =
        Map.of(
            MailboxHead.LEASE_HOLDER,
            Items.s(holder),
            MailboxHead.LEASE_UNTIL,
            Items.n(until.toEpochMilli()));
    try {
      table.updateHead(
          user,
          "SET #lease = :lease",
          "#removals = :seen AND (attribute_not_exists(#lease) OR #lease.#by = :me OR #lease.#until <= :now)",
          Map.of(
              "#lease",
              MailboxHead.LEASE,
              "#by",
              MailboxHead.LEASE_HOLDER,
              "#until",
              MailboxHead.LEASE_UNTIL,
              "#removals",
              MailboxHead.REMOVALS),
          Map.of(
              ":lease",
              Items.map(lease),
              ":me",
              Items.s(holder),
              ":now",
              Items.n(now.toEpochMilli()),
              ":seen",
              Items.n(snapshot.removals())),
          ReturnValue.NONE);
      return new LeaseOutcome.Taken();
    } catch (ConditionalCheckFailedException refused) {
      Optional<Lease> other =
          table
              .headOf(refused, user)
              .flatMap(MailboxHead::lease)
              .filter(held -> held.isHeldAt(now));
      return other.isPresent() && !other.get().holder().equals(holder)
          ? new LeaseOutcome.InUse(other.get())
          : new LeaseOutcome.Overtaken();
    }
  }

  @Override
  public boolean endLease(EmailAddress user, Optional<String> holder) throws IOException {
    Map<String, String> names = new HashMap<>(Map.of("#lease", MailboxHead.LEASE));
    Map<String, AttributeValue> values = new HashMap<>();
    String condition = "attribute_exists(#lease)";
    if (holder.isPresent()) {
      condition = "#lease.#by = :holder";
      names.put("#by", MailboxHead.LEASE_HOLDER);
      values.put(":holder", Items.s(holder.get()));
    }
    try {
      table.updateHead(user, "REMOVE #lease", condition, names, values, ReturnValue.NONE);
      return true;
    } catch (ConditionalCheckFailedException none) {
      return false;
    }
  }

  @Override
  public boolean expunge(
      EmailAddress user, String holder, Snapshot snapshot, Collection<MailboxMessage> messages)
      throws IOException {
    return expunge.remove(
        user, new MailboxExpunge.Right.Lease(holder), snapshot.folder(), messages);
  }
}
