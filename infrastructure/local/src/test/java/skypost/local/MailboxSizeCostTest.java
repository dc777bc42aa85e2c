package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.aws.AwsPorts;
import skypost.mail.contract.Samples;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.DeletedMessages.RestoreOutcome;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.LeaseOutcome;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.mail.mailbox.MessageFlags;
import skypost.mail.mailbox.MessageFlags.FlagChange;
import skypost.mail.mailbox.MessageFlags.How;
import skypost.mail.mailbox.MessageFlags.StoreOutcome.Stored;
import skypost.mail.mailbox.Modseq;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * What an operation on a mailbox is billed for does not depend on how many messages the mailbox
 * has. Another number than the usual one can be tried with {@code -Dskypost.test.mailbox=1000000}.
 */
class MailboxSizeCostTest {
  private static final int FEW = 50;
  private static final int MANY = Integer.getInteger("skypost.test.mailbox", 100_000);
  private static final int DELIVERIES = 60;
  private static final String HOLDER = "session";

  @TempDir private Path data;
  private final Clock clock = Clock.systemUTC();
  private SteppedSystem system;
  private AwsPorts ports;

  /** Units of DynamoDB, on average. */
  private record Cost(double written, double read) {
    @Override
    public String toString() {
      return String.format("%.2f written, %.2f read", written, read);
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  @BeforeEach
  void start() throws Exception {
    system = SteppedSystem.start(Map.of("SKYPOST_DATA", data.toString()), clock);
    ports = system.ports();
  }

  @AfterEach
  void stop() {
    system.close();
  }

  @Test
  void anOperationCostsTheSameHoweverManyMessagesThereAre() throws Exception {
    EmailAddress small = filled("small", FEW);
    EmailAddress large = filled("large", MANY);
    assertThat(ports.mailboxes().status(large).orElseThrow().messages()).isEqualTo(MANY);

    Map<String, Cost> ofFew = costs(small, FEW);
    Map<String, Cost> ofMany = costs(large, MANY);

    ofFew.forEach((name, cost) ->
        System.out.printf(
            "%s: of %d messages %s; of %d %s%n", name, FEW, cost, MANY, ofMany.get(name)));
    for (Map.Entry<String, Cost> few : ofFew.entrySet()) {
      Cost many = ofMany.get(few.getKey());
      // Longer numbers: an item may need a kilobyte more here and there
      assertThat(many.written()).as(few.getKey()).isLessThanOrEqualTo(few.getValue().written() + 1);
      assertThat(many.read()).as(few.getKey()).isLessThanOrEqualTo(few.getValue().read() + 1);
    }
    assertThat(ofMany.get("delivery").written()).isLessThanOrEqualTo(1.6);
    assertThat(ofMany.get("status").read()).isLessThanOrEqualTo(1);
    for (EmailAddress user : List.of(small, large)) {
      var contents = ports.mailboxChecks().read(user).orElseThrow();
      assertThat(contents.differences()).isEmpty();
    }
  }

  /** What a thousand messages cost at QUIT, and two weeks later when they go for good. */
  @Test
  void manyMessagesGoTogether() throws Exception {
    EmailAddress user = filled("cleared", 1000);
    Mailboxes mailboxes = ports.mailboxes();
    Instant now = clock.instant();
    Snapshot all = mailboxes.open(user, Mailboxes.INBOX).orElseThrow();
    mailboxes.lease(user, HOLDER, all, now, now.plusSeconds(600));

    Cost removal = cost(1, () -> mailboxes.expunge(user, HOLDER, all, all.messages()));
    Cost end =
        cost(
            1,
            () -> {
              Instant later = now.plusSeconds(3600);
              List<DeletedMessage> over = ports.deletedMessages().deletedUntil(user, later, 1000);
              assertThat(over).hasSize(1000);
              ports.deletedMessages().forget(user, over);
            });

    System.out.printf("1000 removed: %s; and gone for good: %s%n", removal, end);
    assertThat(mailboxes.status(user).orElseThrow().messages()).isZero();
    assertThat(ports.deletedMessages().first(user)).isEmpty();
    assertThat(ports.mailboxChecks().read(user).orElseThrow().differences()).isEmpty();
    assertThat(removal.written()).isLessThanOrEqualTo(1000);
    assertThat(end.written()).isLessThanOrEqualTo(250);
  }

  private EmailAddress filled(String name, int messages) throws IOException {
    EmailAddress user = new EmailAddress(name, "example.com");
    ports.mailboxes().create(user, 0);
    new FilledMailbox(system.clients().dynamo(), user).fill(messages);
    return user;
  }

  private Map<String, Cost> costs(EmailAddress user, int messages) throws IOException {
    Map<String, Cost> costs = new LinkedHashMap<>();
    List<MessageId> delivered = new ArrayList<>();
    Mailboxes mailboxes = ports.mailboxes();
    costs.put("delivery", cost(DELIVERIES, () -> delivered.add(deliver(user, Samples.id()))));
    costs.put(
        "delivery of what was sealed away",
        cost(
            1,
            () ->
                assertThat(mailboxes.deliver(user, delivery(delivered.getFirst())))
                    .isEqualTo(new DeliveryOutcome.Duplicate(false))));
    costs.put("status", cost(1, () -> mailboxes.status(user)));
    List<MailboxMessage> oldest = new ArrayList<>();
    costs.put(
        "a page of 40, the oldest",
        cost(1, () -> oldest.addAll(ports.expiringMailboxes().first(user, Mailboxes.INBOX, 40))));
    assertThat(oldest).hasSize(40);
    flags(user, messages + DELIVERIES, costs);
    List<MailboxMessage> newest = List.of(message(messages + DELIVERIES, delivered.getLast()));
    costs.put("removal of the newest", removal(user, newest));
    List<MailboxMessage> middle = new ArrayList<>();
    long first = messages / (2 * FilledMailbox.PAGE) * (long) FilledMailbox.PAGE + 1;
    for (long uid = first; uid < first + 12; uid++) { // two pages
      middle.add(message(uid, FilledMailbox.id(uid)));
    }
    costs.put("removal of twelve in the middle", removal(user, middle));
    List<DeletedMessage> deleted = new ArrayList<>();
    costs.put(
        "a page of deleted ones",
        cost(
            1,
            () ->
                deleted.addAll(
                    ports
                        .deletedMessages()
                        .list(user, 10, Optional.empty())
                        .orElseThrow()
                        .items())));
    assertThat(deleted).hasSize(10);
    costs.put(
        "having one back",
        cost(
            1,
            () ->
                assertThat(
                        ports.deletedMessages().restore(user, deleted.getFirst(), Mailboxes.INBOX))
                    .isInstanceOf(RestoreOutcome.Restored.class)));
    return costs;
  }

  /** What a client of IMAP costs that sets a flag, and one that asks what has changed. */
  private void flags(EmailAddress user, long last, Map<String, Cost> costs) throws IOException {
    MessageFlags changes = ports.messageFlags();
    costs.put("a flag of the newest", flag(user, seen(last)));
    costs.put("a flag of one in a page", flag(user, seen(last / 2)));
    long highest =
        ports.mailboxes().status(user).orElseThrow().folder(Mailboxes.INBOX).highestModseq();
    long withoutNewest = Modseq.highest(last, Modseq.changes(highest));
    costs.put(
        "what has changed: nothing",
        cost(
            1,
            () ->
                assertThat(
                        changes
                            .changedSince(user, Mailboxes.INBOX, highest)
                            .orElseThrow()
                            .messages())
                    .isEmpty()));
    costs.put(
        "what has changed: a message is new",
        cost(
            1,
            () ->
                assertThat(
                        changes
                            .changedSince(user, Mailboxes.INBOX, withoutNewest)
                            .orElseThrow()
                            .messages())
                    .hasSize(1)));
  }

  private static FlagChange seen(long uid) {
    return new FlagChange(Set.of(uid), How.ADD, List.of("\\Seen"), OptionalLong.empty());
  }

  private Cost flag(EmailAddress user, FlagChange change) throws IOException {
    return cost(
        1,
        () ->
            assertThat(ports.messageFlags().store(user, Mailboxes.INBOX, change))
                .isInstanceOfSatisfying(
                    Stored.class, stored -> assertThat(stored.messages()).hasSize(1)));
  }

  /** As a session does it: the lease, and QUIT. */
  private Cost removal(EmailAddress user, List<MailboxMessage> messages) throws IOException {
    Mailboxes mailboxes = ports.mailboxes();
    long removals = messages.size() == 1 ? 0 : 1;
    Snapshot seen = new Snapshot(Mailboxes.INBOX, removals, messages);
    Instant now = clock.instant();
    long before = mailboxes.status(user).orElseThrow().messages();
    Cost cost =
        cost(
            1,
            () -> {
              assertThat(mailboxes.lease(user, HOLDER, seen, now, now.plusSeconds(600)))
                  .isEqualTo(new LeaseOutcome.Taken());
              assertThat(mailboxes.expunge(user, HOLDER, seen, messages)).isTrue();
            });
    assertThat(mailboxes.status(user).orElseThrow().messages()).isEqualTo(before - messages.size());
    return cost;
  }

  private static Cost cost(int times, Step step) throws IOException {
    CountedRequests.reset();
    for (int i = 0; i < times; i++) {
      step.run();
    }
    double written =
        CountedRequests.count("write units", "failed UpdateItemRequest", "failed PutItemRequest");
    return new Cost(written / times, CountedRequests.count("read units") / times);
  }

  private static MailboxMessage message(long uid, MessageId id) {
    return new MailboxMessage(uid, id, FilledMailbox.SIZE, false, FilledMailbox.SUBJECT);
  }

  private static Delivery delivery(MessageId id) {
    return new Delivery(
        id, Mailboxes.INBOX, FilledMailbox.SIZE, false, FilledMailbox.SUBJECT, List.of());
  }

  private MessageId deliver(EmailAddress user, MessageId id) throws IOException {
    assertThat(ports.mailboxes().deliver(user, delivery(id)))
        .isInstanceOf(DeliveryOutcome.Filed.class);
    return id;
  }
}
