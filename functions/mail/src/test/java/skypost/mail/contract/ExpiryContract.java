package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.Account;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.ExpireMessages;
import skypost.mail.mailbox.ExpiringMailboxes;
import skypost.mail.mailbox.ExpiringMailboxes.Due;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.DeliveryOutcome;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Retention;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** What {@link ExpireMessages} must do to any mailboxes, and to the bodies of their messages. */
public abstract class ExpiryContract {
  private static final String INBOX = Mailboxes.INBOX;
  private static final Duration DAY = Duration.ofDays(1);

  private final InMemoryMessages bodies = new InMemoryMessages();
  private final InMemoryBodyHolders holders = new InMemoryBodyHolders();
  private Instant now = Instant.parse("2026-11-25T08:00:00Z");
  private Ports ports;
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private Retention retention = Retention.NONE;
  private EmailAddress user;

  /** Ports on the same mailboxes. */
  public record Ports(Mailboxes mailboxes, DeletedMessages deleted, ExpiringMailboxes expiring) {}

  /** Those under test, on an empty table, by the given clock. */
  protected abstract Ports ports(Clock clock) throws IOException;

  @BeforeEach
  void aMailbox() throws IOException {
    InstantSource source = () -> now;
    ports = ports(source.withZone(ZoneOffset.UTC));
    user = Samples.user();
    ports.mailboxes().create(user, 0);
  }

  @Test
  void aDeletedMessageAndItsBodyGoAfterFourteenDaysAndNotBefore() throws IOException {
    List<MessageId> first = fill(INBOX, 3);
    clear(INBOX);
    now = now.plus(Duration.ofDays(10));
    List<MessageId> second = fill(INBOX, 70);
    clear(INBOX);

    now = now.plus(Duration.ofDays(4));
    assertThat(expire()).isZero(); // the margin
    assertThat(stored(first)).hasSize(3);

    now = now.plus(DAY);
    assertThat(expire()).isEqualTo(3);
    assertThat(stored(first)).isEmpty();
    assertThat(stored(second)).hasSize(70);
    assertThat(deleted()).extracting(DeletedMessage::id).isEqualTo(second.reversed());

    now = now.plus(Duration.ofDays(10));
    assertThat(expire()).isEqualTo(70);
    assertThat(stored(second)).isEmpty();
    assertThat(deleted()).isEmpty();
    assertThat(ports.expiring().due(now.plus(Duration.ofDays(1000)), 10)).isEmpty();
  }

  @Test
  void aBodyThatAnotherUserHasStays() throws IOException {
    EmailAddress other = Samples.user();
    ports.mailboxes().create(other, 0);
    MessageId id = store(Samples.id(now));
    holders.hold(id, List.of(user.toString(), other.toString()));
    for (EmailAddress each : List.of(user, other)) {
      ports.mailboxes().deliver(each, new Delivery(id, INBOX, 10, true, ""));
    }
    clear(INBOX);

    now = now.plus(Duration.ofDays(15));
    expire();

    assertThat(stored(List.of(id))).hasSize(1);
    assertThat(holders.of(id)).containsExactly(other.toString());
    user = other;
    clear(INBOX);
    now = now.plus(Duration.ofDays(15));
    expire();
    assertThat(stored(List.of(id))).isEmpty();
  }

  @Test
  void whatHasComeBackStaysWithItsBody() throws IOException {
    List<MessageId> ids = fill(INBOX, 40);
    clear(INBOX);
    DeletedMessage wanted = ports.deleted().find(user, ids.get(7)).orElseThrow();
    ports.deleted().restore(user, wanted, "Back");

    now = now.plus(Duration.ofDays(15));
    expire();

    assertThat(stored(ids)).containsExactly(ids.get(7));
    assertThat(messages("Back")).extracting(MailboxMessage::id).containsExactly(ids.get(7));
  }

  @Test
  void whatAFilterDiscardsGoesInItsTimeToo() throws IOException {
    MessageId id = store(Samples.id(now));
    ports.mailboxes().discard(user, new Delivery(id, INBOX, 10, false, ""));

    now = now.plus(Duration.ofDays(15));
    expire();

    assertThat(stored(List.of(id))).isEmpty();
    assertThat(deleted()).isEmpty();
  }

  @Test
  void aCrashAfterTheBodiesWentIsFinishedByTheNextRun() throws IOException {
    List<MessageId> ids = fill(INBOX, 40);
    clear(INBOX);
    now = now.plus(Duration.ofDays(15));
    bodies.delete(ids.subList(0, 20));

    expire();

    assertThat(stored(ids)).isEmpty();
    assertThat(deleted()).isEmpty();
  }

  @Test
  void aFolderKeepsItsMessagesForItsTimeAndTheyCanStillBeBroughtBack() throws IOException {
    retention = each -> Map.of("Junk", Duration.ofDays(30));
    List<MessageId> old = fill("Junk", 100);
    fill(INBOX, 10);
    now = now.plus(Duration.ofDays(20));
    List<MessageId> young = fill("Junk", 5);
    directory.putAccount(new Account.User(user, 0, false));
    ports.expiring().registerAll(user.domain(), now);

    expire();
    expire();
    assertThat(messages("Junk")).hasSize(105);
    now = now.plus(Duration.ofDays(10)); // when the first run said it should look again
    expire();

    assertThat(messages("Junk")).extracting(MailboxMessage::id).isEqualTo(young);
    assertThat(messages(INBOX)).hasSize(10);
    assertThat(ports.mailboxes().status(user).orElseThrow().bytes()).isEqualTo(150);
    assertThat(deleted()).extracting(DeletedMessage::id).isEqualTo(old.reversed());
    assertThat(deleted()).extracting(DeletedMessage::folder).containsOnly("Junk");
    now = now.plus(Duration.ofDays(15));
    expire();
    assertThat(stored(old)).isEmpty();
    assertThat(stored(young)).hasSize(5);
  }

  @Test
  void aDeliveryToAFolderThatKeepsNothingForEverIsEnough() throws IOException {
    retention = each -> Map.of("Junk", Duration.ofDays(3));
    MessageId id = store(Samples.id(now));
    Optional<Instant> until = Optional.of(id.acceptedAt().plus(Duration.ofDays(3)));
    var delivery = new Delivery(id, "Junk", 10, false, "", List.of(), "", until);
    ports.mailboxes().deliver(user, delivery);
    ports.mailboxes().deliver(user, delivery);

    now = now.plus(Duration.ofDays(3));
    assertThat(expire()).isEqualTo(1);

    assertThat(messages("Junk")).isEmpty();
    assertThat(deleted()).extracting(DeletedMessage::id).containsExactly(id);
  }

  @Test
  void whileSomebodyReadsNothingIsTakenAwayFromUnderHim() throws IOException {
    retention = each -> Map.of(INBOX, Duration.ofDays(30));
    fill(INBOX, 3);
    ports.expiring().register(user, now);
    now = now.plus(Duration.ofDays(31));
    var snapshot = ports.mailboxes().open(user, INBOX).orElseThrow();
    ports.mailboxes().lease(user, "session", snapshot, now, now.plusSeconds(600));

    expire();
    assertThat(messages(INBOX)).hasSize(3);

    now = now.plus(DAY);
    expire();
    assertThat(messages(INBOX)).isEmpty();
  }

  @Test
  void aMailboxThatIsToBeLookedAtSoonIsNotRegisteredByWhatComesMeanwhile() throws IOException {
    ports.expiring().register(user, Instant.EPOCH); // as one whose rules have changed
    for (int day = 1; day <= 3; day++) {
      var delivery =
          new Delivery(
              store(Samples.id(now)),
              "Junk",
              10,
              false,
              "",
              List.of(),
              "",
              Optional.of(now.plus(Duration.ofDays(day))));
      ports.mailboxes().deliver(user, delivery);
    }
    clear("Junk");

    assertThat(ports.expiring().due(now.plus(Duration.ofDays(1000)), 10)).hasSize(1);
    expire();
    assertThat(ports.expiring().due(now.plus(Duration.ofDays(1000)), 10)).hasSize(1);
    now = now.plus(Duration.ofDays(15));
    assertThat(expire()).isEqualTo(3);
  }

  /** A folder that keeps its messages for long must not make deleted ones wait for it. */
  @Test
  void whatIsDeletedGoesInItsTimeThoughTheMailboxIsToBeLookedAtMuchLater() throws IOException {
    retention = each -> Map.of("Archive", Duration.ofDays(365));
    fill("Archive", 1);
    List<MessageId> inbox = fill(INBOX, 40);
    ports.expiring().register(user, now.plus(Duration.ofDays(365)));
    clear(INBOX);

    now = now.plus(Duration.ofDays(15));

    assertThat(expire()).isEqualTo(40);
    assertThat(stored(inbox)).isEmpty();
    now = now.plus(Duration.ofDays(351));
    expire();
    assertThat(messages("Archive")).as("and the folder is not forgotten").isEmpty();
  }

  @Test
  void whatComesWhileAMailboxIsLookedAtIsNotForgotten() throws IOException {
    fill(INBOX, 1);
    ports.expiring().register(user, now);
    Due due = ports.expiring().due(now, 1).getFirst();
    String mark = ports.expiring().mark(user).orElseThrow();
    Instant far = now.plus(Duration.ofDays(365));

    fill(INBOX, 1);
    assertThat(ports.expiring().settle(due, mark, Optional.of(far))).isFalse();
    assertThat(ports.expiring().settle(due, mark, Optional.empty())).isFalse();
    assertThat(ports.expiring().due(now, 10)).containsExactly(due);

    ports.expiring().postpone(due, now.plus(DAY));
    assertThat(ports.expiring().due(now, 10)).isEmpty();
    assertThat(ports.expiring().due(now.plus(DAY), 10)).hasSize(1);
    Due tomorrow = ports.expiring().due(now.plus(DAY), 1).getFirst();
    String then = ports.expiring().mark(user).orElseThrow();
    assertThat(ports.expiring().settle(tomorrow, then, Optional.of(far))).isTrue();
    assertThat(ports.expiring().due(far, 10)).hasSize(1);
  }

  @Test
  void aDomainForWhichThereIsNoTimeComesNextTime() throws IOException {
    retention = each -> Map.of("Junk", DAY);
    fill("Junk", 3);
    directory.putAccount(new Account.User(user, 0, false));
    now = now.plus(Duration.ofDays(2));
    ports.expiring().registerAll(user.domain(), Instant.EPOCH);
    Instant over = now.plusSeconds(3);
    InstantSource ticking = () -> now = now.plusSeconds(1); // with each look at it

    run(ticking.withZone(ZoneOffset.UTC), over);
    assertThat(messages("Junk")).hasSize(3);
    assertThat(ports.expiring().due(now, 10)).hasSize(1);

    expire();
    expire();
    assertThat(messages("Junk")).isEmpty();
  }

  @Test
  void aMailboxThatIsGoneIsNotLookedAtAgain() throws IOException {
    fill(INBOX, 1);
    clear(INBOX);
    ports.mailboxes().delete(user, gone -> {});

    now = now.plus(Duration.ofDays(15));
    assertThat(expire()).isZero();
    assertThat(ports.expiring().due(now, 10)).isEmpty();
  }

  private int expire() throws IOException {
    InstantSource source = () -> now;
    return run(source.withZone(ZoneOffset.UTC), now.plusSeconds(60));
  }

  private int run(Clock clock, Instant until) throws IOException {
    return new ExpireMessages(
            new ExpireMessages.Ports(ports.expiring(), ports.deleted(), directory, retention),
            new FreeBodies(holders, bodies),
            clock)
        .run(until);
  }

  private List<DeletedMessage> deleted() throws IOException {
    return ports.deleted().list(user, 1000, Optional.empty()).orElseThrow().items();
  }

  private List<MailboxMessage> messages(String folder) throws IOException {
    return ports.mailboxes().open(user, folder).orElseThrow().messages();
  }

  private List<MessageId> stored(Collection<MessageId> ids) {
    return ids.stream().filter(id -> bodies.open(id).isPresent()).toList();
  }

  private MessageId store(MessageId id) throws IOException {
    try (var draft = bodies.begin(id, Samples.envelope())) {
      draft.write('x');
      draft.commit();
    }
    return id;
  }

  private List<MessageId> fill(String folder, int count) throws IOException {
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      MessageId id = store(Samples.id(now));
      assertThat(ports.mailboxes().deliver(user, new Delivery(id, folder, 10, false, "subject")))
          .isInstanceOf(DeliveryOutcome.Filed.class);
      ids.add(id);
    }
    return ids;
  }

  private void clear(String folder) throws IOException {
    var snapshot = ports.mailboxes().open(user, folder).orElseThrow();
    ports.mailboxes().lease(user, "clear", snapshot, now, now.plusSeconds(600));
    assertThat(ports.mailboxes().expunge(user, "clear", snapshot, snapshot.messages())).isTrue();
  }
}
