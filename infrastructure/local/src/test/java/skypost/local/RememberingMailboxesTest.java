package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.aws.DynamoDeletedMessages;
import skypost.aws.DynamoExpiringMailboxes;
import skypost.aws.DynamoMailboxChecks;
import skypost.aws.DynamoMailboxes;
import skypost.aws.DynamoMessageFlags;
import skypost.local.s3.AccessKey;
import skypost.local.s3.EmbeddedS3;
import skypost.local.sqs.EmbeddedSqs;
import skypost.mail.contract.Faults;
import skypost.mail.contract.MailboxHistoryContract;
import skypost.mail.contract.MailboxStores;
import skypost.mail.contract.MaildropContract;
import skypost.mail.contract.Samples;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.Snapshot;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Two POP3 servers that remember what they read of mailboxes, each used in turn: they show what a
 * server does that reads everything each time, and read less.
 */
class RememberingMailboxesTest {
  private static final AccessKey KEY = new AccessKey("contract", "contract-secret");
  private static final String INBOX = Mailboxes.INBOX;
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");

  @TempDir private static Path folder;
  private static AwsClients clients;
  private static EmbeddedS3 s3;
  private static EmbeddedSqs sqs;
  private static EmbeddedDynamoDb database;
  private static DynamoDbClient dynamo;

  private final EmailAddress user = Samples.user();

  @BeforeAll
  static void start() throws Exception {
    clients = new AwsClients(KEY);
    s3 = EmbeddedS3.start(folder.resolve("s3"), 0, KEY, event -> {});
    sqs = EmbeddedSqs.start(folder.resolve("sqs"), 0, Resources.REGION);
    Path binary =
        DynoxideBinary.find(
            Optional.empty(), DynoxideBinary.userCache(System.getenv()), System.err::println);
    database = EmbeddedDynamoDb.start(binary, folder.resolve("dynamodb"), 0);
    dynamo = clients.dynamoDb(database.endpoint());
    new Provisioning(clients.s3(s3.endpoint()), clients.sqs(sqs.endpoint()), dynamo).tables();
  }

  @AfterAll
  static void stop() throws Exception {
    database.close();
    sqs.close();
    s3.close();
    clients.close();
  }

  private static DynamoMailboxes front(Clock clock) {
    return DynamoMailboxes.remembering(dynamo, Resources.MAILBOXES, clock);
  }

  /** Each call goes to the next of two servers. */
  private static Mailboxes inTurn(DynamoDbClient client, Clock clock) {
    List<Mailboxes> fronts =
        List.of(
            DynamoMailboxes.remembering(client, Resources.MAILBOXES, clock),
            DynamoMailboxes.remembering(client, Resources.MAILBOXES, clock));
    AtomicInteger calls = new AtomicInteger();
    return (Mailboxes)
        Proxy.newProxyInstance(
            Mailboxes.class.getClassLoader(),
            new Class<?>[] {Mailboxes.class},
            (proxy, method, arguments) -> {
              try {
                return method.invoke(fronts.get(calls.getAndIncrement() & 1), arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
  }

  private static MailboxStores stores(DynamoDbClient client) {
    Clock clock = Clock.systemUTC();
    return new MailboxStores(
        inTurn(client, clock),
        new DynamoDeletedMessages(client, Resources.MAILBOXES, clock),
        new DynamoExpiringMailboxes(client, Resources.MAILBOXES, clock),
        new DynamoMailboxChecks(client, Resources.MAILBOXES),
        new DynamoMessageFlags(client, Resources.MAILBOXES, clock));
  }

  @Nested
  class HistoryTest extends MailboxHistoryContract {
    @Override
    protected MailboxStores stores() {
      return RememberingMailboxesTest.stores(dynamo);
    }

    /** Between any two writes there may be a crash. */
    @Override
    protected MailboxStores faulty(MailboxStores stores, Random random) {
      var calls = Set.of("putItem", "updateItem", "deleteItem", "transactWriteItems");
      var faults =
          new Faults(random, 8, calls::contains, () -> SdkClientException.create("no answer"));
      return RememberingMailboxesTest.stores(faults.in(DynamoDbClient.class, dynamo));
    }
  }

  @Nested
  class MaildropTest extends MaildropContract {
    @Override
    protected Mailboxes mailboxes() {
      return inTurn(dynamo, Clock.systemUTC());
    }
  }

  @Test
  void anUnchangedMailboxCostsItsHead() throws IOException {
    Mailboxes front = front(Clock.systemUTC());
    front.create(user, 0);
    fill(front, 200);
    double whole = unitsOfListing(front);

    double again = unitsOfListing(front);

    assertThat(whole).isGreaterThan(3);
    assertThat(again).isEqualTo(1);
  }

  @Test
  void oneThatGrewCostsWhatIsNew() throws IOException {
    Mailboxes front = front(Clock.systemUTC());
    front.create(user, 0);
    fill(front, 600);
    unitsOfListing(front);
    Mailboxes elsewhere = new DynamoMailboxes(dynamo, Resources.MAILBOXES, Clock.systemUTC());
    fill(elsewhere, 12);

    assertThat(unitsOfListing(front)).isLessThanOrEqualTo(3);
    assertThat(unitsOfListing(front)).isEqualTo(1);
  }

  @Test
  void whatAnotherServerRemovedIsSeenAtOnce() throws IOException {
    Mailboxes one = front(Clock.systemUTC());
    Mailboxes other = front(Clock.systemUTC());
    one.create(user, 0);
    fill(one, 100);
    Snapshot seen = listed(one);
    listed(other);

    other.lease(user, "other", seen, NOW, NOW.plusSeconds(600));
    List<MailboxMessage> gone = List.of(seen.messages().get(3), seen.messages().get(50));
    other.expunge(user, "other", seen, gone);

    assertThat(listed(one).messages()).hasSize(98).doesNotContainAnyElementsOf(gone);
  }

  /** Clocks of the two stand still: second and version of both mailboxes are the same. */
  @Test
  void ofAMailboxMadeAnewInTheSameMomentNothingOfItsForerunnerIsShown() throws IOException {
    Clock still = Clock.fixed(Instant.now(), ZoneOffset.UTC);
    Mailboxes front = front(still);
    for (int round = 0; round < 4; round++) {
      front.create(user, 0);
      List<MessageId> ids = fill(front, 40 + 30 * (round / 2)); // as many again, then more
      assertThat(listed(front).messages()).extracting(MailboxMessage::id).isEqualTo(ids);
      front(still).delete(user, gone -> {});
    }
  }

  /** A hand in the table, which no head tells of. */
  @Test
  void whatIsRememberedEndsAfterHours() throws IOException {
    Instant[] now = {Instant.now()};
    Clock clock = ((java.time.InstantSource) () -> now[0]).withZone(ZoneOffset.UTC);
    Mailboxes front = front(clock);
    front.create(user, 0);
    fill(front, 100);
    unitsOfListing(front);
    now[0] = now[0].plusSeconds(6 * 3600 - 1);
    assertThat(unitsOfListing(front)).isEqualTo(1);

    now[0] = now[0].plusSeconds(1);

    assertThat(unitsOfListing(front)).isGreaterThan(2);
  }

  private double unitsOfListing(Mailboxes front) throws IOException {
    CountedRequests.reset();
    Snapshot remembered = front.open(user, INBOX).orElseThrow();
    double units = CountedRequests.count("read units");
    assertThat(remembered).isEqualTo(readAnew());
    return units;
  }

  private Snapshot listed(Mailboxes front) throws IOException {
    Snapshot remembered = front.open(user, INBOX).orElseThrow();
    assertThat(remembered).isEqualTo(readAnew());
    return remembered;
  }

  private Snapshot readAnew() throws IOException {
    return new DynamoMailboxes(dynamo, Resources.MAILBOXES, Clock.systemUTC())
        .open(user, INBOX)
        .orElseThrow();
  }

  private List<MessageId> fill(Mailboxes mailboxes, int messages) throws IOException {
    List<MessageId> ids = new java.util.ArrayList<>();
    for (int i = 0; i < messages; i++) {
      MessageId id = Samples.id();
      mailboxes.deliver(user, new Delivery(id, INBOX, 10, false, "Größe\t" + i));
      ids.add(id);
    }
    return ids;
  }
}
