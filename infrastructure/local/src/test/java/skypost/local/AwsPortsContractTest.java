package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.aws.DynamoBodyHolders;
import skypost.aws.DynamoCountedMail;
import skypost.aws.DynamoCredentials;
import skypost.aws.DynamoDeletedMessages;
import skypost.aws.DynamoDestinations;
import skypost.aws.DynamoDirectory;
import skypost.aws.DynamoDomainUsage;
import skypost.aws.DynamoExpiringMailboxes;
import skypost.aws.DynamoFilterMemories;
import skypost.aws.DynamoFilters;
import skypost.aws.DynamoGreylist;
import skypost.aws.DynamoKeptPolicies;
import skypost.aws.DynamoLoginAttempts;
import skypost.aws.DynamoMailboxChecks;
import skypost.aws.DynamoMailboxes;
import skypost.aws.DynamoMessageFlags;
import skypost.aws.DynamoOutboundQueue;
import skypost.aws.DynamoProbedRecipients;
import skypost.aws.DynamoQueueOperations;
import skypost.aws.DynamoReceivedReports;
import skypost.aws.DynamoRelayRecipients;
import skypost.aws.DynamoSigningKeys;
import skypost.aws.DynamoSmartHostPasswords;
import skypost.aws.DynamoSuppressions;
import skypost.aws.DynamoTallies;
import skypost.aws.DynamoTlsReports;
import skypost.aws.DynamoTraces;
import skypost.aws.S3Messages;
import skypost.local.s3.AccessKey;
import skypost.local.s3.EmbeddedS3;
import skypost.local.sqs.EmbeddedSqs;
import skypost.mail.admin.ManageAppPasswords;
import skypost.mail.admin.Outcome;
import skypost.mail.authorize.Greylist;
import skypost.mail.authorize.LoginAttempts;
import skypost.mail.authorize.Tallies;
import skypost.mail.contract.BodyHoldersContract;
import skypost.mail.contract.CountedMailContract;
import skypost.mail.contract.CredentialsContract;
import skypost.mail.contract.DeletedMessagesContract;
import skypost.mail.contract.DestinationsContract;
import skypost.mail.contract.DirectoryContract;
import skypost.mail.contract.DomainUsageContract;
import skypost.mail.contract.ExpiryContract;
import skypost.mail.contract.Faults;
import skypost.mail.contract.FilterMemoriesContract;
import skypost.mail.contract.FiltersContract;
import skypost.mail.contract.GreylistContract;
import skypost.mail.contract.KeptPoliciesContract;
import skypost.mail.contract.LoginAttemptsContract;
import skypost.mail.contract.MailboxChecksContract;
import skypost.mail.contract.MailboxHistoryContract;
import skypost.mail.contract.MailboxStores;
import skypost.mail.contract.MailboxesContract;
import skypost.mail.contract.MaildropContract;
import skypost.mail.contract.MessageFlagsContract;
import skypost.mail.contract.MessagesContract;
import skypost.mail.contract.OutboundQueueContract;
import skypost.mail.contract.ProbedRecipientsContract;
import skypost.mail.contract.QueueOperationsContract;
import skypost.mail.contract.ReceivedReportsContract;
import skypost.mail.contract.RelayRecipientsContract;
import skypost.mail.contract.Samples;
import skypost.mail.contract.SigningKeysContract;
import skypost.mail.contract.SmartHostPasswordsContract;
import skypost.mail.contract.SuppressionsContract;
import skypost.mail.contract.TalliesContract;
import skypost.mail.contract.TlsReportsContract;
import skypost.mail.contract.TracesContract;
import skypost.mail.contract.UidValidityContract;
import skypost.mail.directory.Account;
import skypost.mail.directory.AppPassword;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.ProbedRecipients;
import skypost.mail.directory.RelayRecipients;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SmartHostPasswords;
import skypost.mail.directory.StoredPassword;
import skypost.mail.directory.Suppressions;
import skypost.mail.filter.Filters;
import skypost.mail.json.Fields;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.MailboxChecks;
import skypost.mail.mailbox.MailboxChecks.Difference;
import skypost.mail.mailbox.MailboxChecks.What;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueOperations;
import skypost.mail.report.CountedMail;
import skypost.mail.report.ReceivedReports;
import skypost.mail.sieve.run.FilterMemories;
import skypost.mail.signing.SigningKeys;
import skypost.mail.tlspolicy.KeptPolicies;
import skypost.mail.tlspolicy.TlsReports;
import skypost.mail.trace.Traces;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/**
 * The contracts of the ports, held against the AWS adapters on the embedded endpoints through real
 * SDK clients.
 */
class AwsPortsContractTest {
  private static final AccessKey KEY = new AccessKey("contract", "contract-secret");

  @TempDir private static Path folder;
  private static AwsClients clients;
  private static EmbeddedS3 s3Endpoint;
  private static EmbeddedSqs sqsEndpoint;
  private static EmbeddedDynamoDb dynamoEndpoint;
  private static S3Client s3;
  private static DynamoDbClient dynamo;
  private static Resources resources;

  @BeforeAll
  static void start() throws Exception {
    clients = new AwsClients(KEY);
    s3Endpoint = EmbeddedS3.start(folder.resolve("s3"), 0, KEY, event -> {});
    sqsEndpoint = EmbeddedSqs.start(folder.resolve("sqs"), 0, Resources.REGION);
    dynamoEndpoint = EmbeddedDynamoDb.start(dynoxide(), folder.resolve("dynamodb"), 0);
    s3 = clients.s3(s3Endpoint.endpoint());
    dynamo = clients.dynamoDb(dynamoEndpoint.endpoint());
    Provisioning provisioning = new Provisioning(s3, clients.sqs(sqsEndpoint.endpoint()), dynamo);
    provisioning.bucket();
    provisioning.tables();
    resources = provisioning.queues();
  }

  @AfterAll
  static void stop() throws Exception {
    dynamoEndpoint.close();
    sqsEndpoint.close();
    s3Endpoint.close();
    clients.close();
  }

  private static Path dynoxide() throws IOException {
    return DynoxideBinary.find(
        Optional.empty(), DynoxideBinary.userCache(System.getenv()), System.err::println);
  }

  private static Mailboxes mailboxesInDynamo() {
    return new DynamoMailboxes(dynamo, Resources.MAILBOXES, Clock.systemUTC());
  }

  private static MailboxStores storesIn(DynamoDbClient client, Clock clock) {
    return new MailboxStores(
        new DynamoMailboxes(client, Resources.MAILBOXES, clock),
        new DynamoDeletedMessages(client, Resources.MAILBOXES, clock),
        new DynamoExpiringMailboxes(client, Resources.MAILBOXES, clock),
        new DynamoMailboxChecks(client, Resources.MAILBOXES),
        new DynamoMessageFlags(client, Resources.MAILBOXES, clock));
  }

  /** A list of everything wants a table of its own. */
  private static void empty(String table) {
    for (var item : dynamo.scanPaginator(scan -> scan.tableName(table)).items()) {
      var key = Map.of("pk", item.get("pk"), "sk", item.get("sk"));
      dynamo.deleteItem(delete -> delete.tableName(table).key(key));
    }
  }

  @Nested
  class DynamoMailboxesTest extends MailboxesContract {
    @Override
    protected Mailboxes mailboxes() {
      return mailboxesInDynamo();
    }
  }

  @Nested
  class DynamoMailboxHistoryTest extends MailboxHistoryContract {
    @Override
    protected MailboxStores stores() {
      return storesIn(dynamo, Clock.systemUTC());
    }

    /** Between any two writes of an adapter there may be a crash. */
    @Override
    protected MailboxStores faulty(MailboxStores stores, Random random) {
      var writes = Set.of("putItem", "updateItem", "deleteItem", "transactWriteItems");
      var faults =
          new Faults(random, 8, writes::contains, () -> SdkClientException.create("no answer"));
      return storesIn(faults.in(DynamoDbClient.class, dynamo), Clock.systemUTC());
    }
  }

  @Nested
  class DynamoMessageFlagsTest extends MessageFlagsContract {
    @Override
    protected MailboxStores stores() {
      return storesIn(dynamo, Clock.systemUTC());
    }
  }

  @Nested
  class DynamoMessageFlagsSentTwiceTest extends DynamoMessageFlagsTest {
    @Override
    protected MailboxStores stores() {
      MailboxStores once = super.stores();
      DynamoDbClient twice = Faults.repeating("updateItem"::equals, DynamoDbClient.class, dynamo);
      return new MailboxStores(
          once.mailboxes(),
          once.deleted(),
          once.expiring(),
          once.checks(),
          new DynamoMessageFlags(twice, Resources.MAILBOXES, Clock.systemUTC()));
    }
  }

  @Nested
  class DynamoMailboxUidsTest extends UidValidityContract {
    @Override
    protected MailboxStores stores(Clock clock) {
      return storesIn(dynamo, clock);
    }
  }

  @Nested
  class DynamoMaildropTest extends MaildropContract {
    @Override
    protected Mailboxes mailboxes() {
      return mailboxesInDynamo();
    }
  }

  @Nested
  class DynamoDeletedMessagesTest extends DeletedMessagesContract {
    @Override
    protected Mailboxes mailboxes() {
      return mailboxesInDynamo();
    }

    @Override
    protected DeletedMessages deletedMessages() {
      return new DynamoDeletedMessages(dynamo, Resources.MAILBOXES, Clock.systemUTC());
    }
  }

  @Nested
  class DynamoDeletedMessagesSentTwiceTest extends DynamoDeletedMessagesTest {
    @Override
    protected DeletedMessages deletedMessages() {
      DynamoDbClient twice = Faults.repeating("updateItem"::equals, DynamoDbClient.class, dynamo);
      return new DynamoDeletedMessages(twice, Resources.MAILBOXES, Clock.systemUTC());
    }
  }

  @Nested
  class DynamoExpiryTest extends ExpiryContract {
    @Override
    protected Ports ports(Clock clock) {
      empty(Resources.MAILBOXES);
      return new Ports(
          new DynamoMailboxes(dynamo, Resources.MAILBOXES, clock),
          new DynamoDeletedMessages(dynamo, Resources.MAILBOXES, clock),
          new DynamoExpiringMailboxes(dynamo, Resources.MAILBOXES, clock));
    }
  }

  @Nested
  class DynamoDomainUsageTest extends DomainUsageContract {
    @Override
    protected DomainUsage usage() {
      return new DynamoDomainUsage(dynamo, Resources.MAILBOXES);
    }
  }

  @Nested
  class DynamoMailboxChecksTest extends MailboxChecksContract {
    @Override
    protected Mailboxes mailboxes() {
      return mailboxesInDynamo();
    }

    @Override
    protected MailboxChecks checks() {
      return new DynamoMailboxChecks(dynamo, Resources.MAILBOXES);
    }

    @Test
    void countersThatAreWrongAreFoundAndSetRight() throws IOException {
      for (int i = 0; i < 30; i++) {
        deliver(Mailboxes.INBOX);
      }
      clear(Mailboxes.INBOX);
      for (int i = 0; i < 25; i++) {
        deliver("Work");
      }
      var status = mailboxes.status(user).orElseThrow();
      var values = Map.of(":x", AttributeValue.fromN("3"));
      var names = Map.of("#n", "n", "#b", "b", "#next", "next", "#free", "free", "#w", "Work");
      dynamo.updateItem(update ->
          update
              .tableName(Resources.MAILBOXES)
              .key(
                  Map.of(
                      "pk", AttributeValue.fromS(user.toString()),
                      "sk", AttributeValue.fromS("head")))
              .updateExpression(
                  "SET #n.#w = :x, #b.INBOX = :x, #next.#w = :x, #free = :x, bytes = :x")
              .expressionAttributeNames(names)
              .expressionAttributeValues(values));

      var contents = checks.read(user).orElseThrow();
      Optional<String> whole = Optional.empty();
      assertThat(contents.differences())
          .containsExactlyInAnyOrder(
              new Difference(What.MESSAGES, Optional.of("Work"), 3, 25),
              new Difference(What.UID_NEXT, Optional.of("Work"), 3, 26),
              new Difference(What.BYTES, Optional.of("INBOX"), 3, 0),
              new Difference(What.BYTES, whole, 3, 250),
              new Difference(What.FREE_BYTES, whole, 3, 99_750));
      assertThat(checks.recount(user, contents)).isTrue();

      assertThat(checks.read(user).orElseThrow().differences()).isEmpty();
      assertThat(mailboxes.status(user)).contains(status);
    }
  }

  @Nested
  class DynamoBodyHoldersTest extends BodyHoldersContract {
    @Override
    protected BodyHolders holders() {
      return new DynamoBodyHolders(dynamo, Resources.MAILBOXES);
    }
  }

  @Nested
  class DynamoDirectoryTest extends DirectoryContract {
    @BeforeEach
    void empty() {
      AwsPortsContractTest.empty(Resources.DIRECTORY);
    }

    @Override
    protected Directory directory() {
      return new DynamoDirectory(dynamo, Resources.DIRECTORY);
    }
  }

  @Nested
  class DynamoDirectorySentTwiceTest extends DynamoDirectoryTest {
    @Override
    protected Directory directory() {
      var writes = Set.of("putItem", "updateItem");
      DynamoDbClient twice = Faults.repeating(writes::contains, DynamoDbClient.class, dynamo);
      return new DynamoDirectory(twice, Resources.DIRECTORY);
    }
  }

  /** DynamoDB may show an item a moment after it was written; the embedded one always does. */
  @Nested
  class DynamoDirectoryLaggingTest {
    private final DynamoDbClient lagging =
        DynamoDbClient.builder()
            .endpointOverride(dynamoEndpoint.endpoint())
            .region(AwsClients.REGION)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(KEY.id(), KEY.secret())))
            .overrideConfiguration(override -> override.addExecutionInterceptor(new Lag()))
            .build();

    @Test
    void whatWasPutIsFoundAtOnceAllTheSame() throws IOException {
      Directory directory = new DynamoDirectory(lagging, Resources.DIRECTORY);
      RelayRecipients recipients = new DynamoRelayRecipients(lagging, Resources.DIRECTORY);
      Domain domain = Domain.local(Samples.name("new-") + ".example");
      Account account = new Account.User(Samples.user(), 0, false);
      RelaySettings settings = new RelaySettings(List.of(), Optional.empty());

      directory.putDomain(domain);
      directory.putAccount(account);
      directory.putRelay(settings);
      recipients.put(List.of(account.address()));

      assertThat(directory.domain(domain.name())).contains(domain);
      assertThat(directory.account(account.address())).contains(account);
      assertThat(directory.relay()).contains(settings);
      assertThat(recipients.contains(account.address())).isTrue();
      assertThat(directory.domain(Samples.name("none-") + ".example")).isEmpty();
    }
  }

  /** Eventually consistent reads do not show anything yet. */
  private static final class Lag implements ExecutionInterceptor {
    @Override
    public SdkResponse modifyResponse(
        Context.ModifyResponse context, ExecutionAttributes attributes) {
      return context.request() instanceof GetItemRequest get
              && !Boolean.TRUE.equals(get.consistentRead())
          ? GetItemResponse.builder().build()
          : context.response();
    }
  }

  @Nested
  class DynamoRelayRecipientsTest extends RelayRecipientsContract {
    @Override
    protected RelayRecipients recipients() {
      return new DynamoRelayRecipients(dynamo, Resources.DIRECTORY);
    }
  }

  @Nested
  class DynamoProbedRecipientsTest extends ProbedRecipientsContract {
    @Override
    protected ProbedRecipients probed() {
      return new DynamoProbedRecipients(dynamo, Resources.DIRECTORY);
    }
  }

  @Nested
  class DynamoDestinationsTest extends DestinationsContract {
    @Override
    protected Destinations destinations() {
      return new DynamoDestinations(dynamo, Resources.MESSAGES);
    }
  }

  @Nested
  class DynamoDestinationsSentTwiceTest extends DestinationsContract {
    @Override
    protected Destinations destinations() {
      DynamoDbClient twice = Faults.repeating("putItem"::equals, DynamoDbClient.class, dynamo);
      return new DynamoDestinations(twice, Resources.MESSAGES);
    }
  }

  @Nested
  class DynamoCredentialsTest extends CredentialsContract {
    @Override
    protected Credentials credentials() {
      return new DynamoCredentials(dynamo, Resources.CREDENTIALS);
    }
  }

  @Nested
  class DynamoCredentialsSentTwiceTest {
    @Test
    void anAppPasswordIsMadeOnceAndItsTextGiven() throws IOException {
      DynamoDbClient twice = Faults.repeating("updateItem"::equals, DynamoDbClient.class, dynamo);
      var credentials = new DynamoCredentials(twice, Resources.CREDENTIALS);
      var apps = new ManageAppPasswords(credentials, new SecureRandom(), Clock.systemUTC());
      EmailAddress user = Samples.user();
      credentials.put(
          user, new ScramSalt("c2FsdA==", 4096), new StoredPassword("hash", Optional.empty()));

      var made = apps.create(user, "phone");

      assertThat(made).isInstanceOf(Outcome.Created.class);
      var password = ((Outcome.Created<AppPassword.Generated>) made).thing().password();
      assertThat(credentials.find(user).orElseThrow().appPasswords()).containsExactly(password);
    }
  }

  @Nested
  class DynamoLoginAttemptsTest extends LoginAttemptsContract {
    @Override
    protected LoginAttempts attempts() {
      return new DynamoLoginAttempts(dynamo, Resources.CREDENTIALS);
    }
  }

  @Nested
  class DynamoGreylistTest extends GreylistContract {
    @Override
    protected Greylist greylist() {
      return new DynamoGreylist(dynamo, Resources.CREDENTIALS);
    }
  }

  @Nested
  class DynamoTalliesTest extends TalliesContract {
    @Override
    protected Tallies tallies() {
      return new DynamoTallies(dynamo, Resources.CREDENTIALS);
    }
  }

  @Nested
  class DynamoKeptPoliciesTest extends KeptPoliciesContract {
    @Override
    protected KeptPolicies policies() {
      return new DynamoKeptPolicies(dynamo, Resources.MESSAGES);
    }
  }

  @Nested
  class DynamoReceivedReportsTest extends ReceivedReportsContract {
    @Override
    protected ReceivedReports reports() {
      return new DynamoReceivedReports(dynamo, Resources.MESSAGES);
    }
  }

  @Nested
  class DynamoCountedMailTest extends CountedMailContract {
    @Override
    protected CountedMail mail() {
      return new DynamoCountedMail(dynamo, Resources.MESSAGES);
    }
  }

  @Nested
  class DynamoTlsReportsTest extends TlsReportsContract {
    @Override
    protected TlsReports reports() {
      return new DynamoTlsReports(dynamo, Resources.MESSAGES);
    }
  }

  @Nested
  class DynamoTracesTest extends TracesContract {
    @Override
    protected Traces traces() {
      return new DynamoTraces(dynamo, Resources.MESSAGES);
    }
  }

  @Nested
  class S3MessagesTest extends MessagesContract {
    @Override
    protected IncomingMessages incoming() {
      return new S3Messages(s3, Resources.BUCKET);
    }

    @Override
    protected StoredMessages stored() {
      return new S3Messages(s3, Resources.BUCKET);
    }

    @Override
    protected StoredMessages staged() {
      return S3Messages.staged(s3, Resources.BUCKET);
    }
  }

  @Nested
  class DynamoOutboundQueueTest extends OutboundQueueContract {
    private final Wakes wakes = new Wakes();

    @BeforeEach
    void empty() {
      AwsPortsContractTest.empty(Resources.MESSAGES);
    }

    @Override
    protected OutboundQueue queue() {
      return queue(dynamo);
    }

    protected OutboundQueue queue(DynamoDbClient client) {
      return new DynamoOutboundQueue(
          client, Resources.MESSAGES, wakes.sqs(), resources.outbound().url(), Clock.systemUTC());
    }

    @Override
    protected List<EntryWake> wakes() {
      return List.copyOf(wakes.entries);
    }
  }

  @Nested
  class DynamoOutboundQueueSentTwiceTest extends DynamoOutboundQueueTest {
    @Override
    protected OutboundQueue queue() {
      return queue(
          Faults.repeating(
              Set.of("putItem", "updateItem")::contains, DynamoDbClient.class, dynamo));
    }
  }

  @Nested
  class DynamoSmartHostPasswordsTest extends SmartHostPasswordsContract {
    @Override
    protected SmartHostPasswords passwords() {
      return new DynamoSmartHostPasswords(dynamo, Resources.CREDENTIALS, Clock.systemUTC());
    }
  }

  @Nested
  class DynamoSigningKeysTest extends SigningKeysContract {
    @Override
    protected SigningKeys keys() {
      return new DynamoSigningKeys(dynamo, Resources.DIRECTORY);
    }
  }

  @Nested
  class DynamoSigningKeysSentTwiceTest extends SigningKeysContract {
    @Override
    protected SigningKeys keys() {
      DynamoDbClient twice = Faults.repeating("putItem"::equals, DynamoDbClient.class, dynamo);
      return new DynamoSigningKeys(twice, Resources.DIRECTORY);
    }
  }

  @Nested
  class DynamoFiltersTest extends FiltersContract {
    @Override
    protected Filters filters() {
      return new DynamoFilters(dynamo, Resources.DIRECTORY);
    }

    @Override
    protected Directory directory() {
      return new DynamoDirectory(dynamo, Resources.DIRECTORY);
    }
  }

  @Nested
  class DynamoFilterMemoriesTest extends FilterMemoriesContract {
    @Override
    protected FilterMemories memories() {
      return new DynamoFilterMemories(dynamo, Resources.MAILBOXES);
    }
  }

  @Nested
  class DynamoSuppressionsTest extends SuppressionsContract {
    @Override
    protected Suppressions suppressions() {
      return new DynamoSuppressions(dynamo, Resources.DIRECTORY);
    }
  }

  @Nested
  class DynamoQueueOperationsTest extends QueueOperationsContract {
    private final Wakes wakes = new Wakes();

    @Override
    protected QueueOperations operations() {
      return operations(dynamo);
    }

    QueueOperations operations(DynamoDbClient client) {
      return new DynamoQueueOperations(
          client, Resources.MESSAGES, wakes.sqs(), resources.outbound().url());
    }

    @Override
    protected List<OperationId> woken() {
      return List.copyOf(wakes.operations);
    }
  }

  /** An answer may be lost, and the SDK then sends a write again: it was made all the same. */
  @Nested
  class DynamoQueueOperationsSentTwiceTest extends DynamoQueueOperationsTest {
    @Override
    protected QueueOperations operations() {
      return operations(Faults.repeating("putItem"::equals, DynamoDbClient.class, dynamo));
    }
  }

  /** Sees what was sent to the queue, since a delayed message cannot be received yet. */
  private static final class Wakes implements ExecutionInterceptor {
    private final List<EntryWake> entries = new CopyOnWriteArrayList<>();
    private final List<OperationId> operations = new CopyOnWriteArrayList<>();

    SqsClient sqs() {
      return SqsClient.builder()
          .endpointOverride(sqsEndpoint.endpoint())
          .region(AwsClients.REGION)
          .credentialsProvider(AnonymousCredentialsProvider.create())
          .overrideConfiguration(override -> override.addExecutionInterceptor(this))
          .build();
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
      if (context.request() instanceof SendMessageBatchRequest batch) {
        batch.entries().stream()
            .map(SendMessageBatchRequestEntry::messageBody)
            .map(body -> read(body, EntryWake::read))
            .forEach(entries::add);
      } else if (context.request() instanceof SendMessageRequest send) {
        String operation = read(send.messageBody(), fields -> fields.text("operation"));
        operations.add(OperationId.parse(operation).orElseThrow());
      }
    }

    /** Reads a body. */
    @FunctionalInterface
    private interface Reader<T> {
      T read(Fields body) throws IOException;
    }

    private static <T> T read(String body, Reader<T> reader) {
      try {
        return reader.read(Fields.read(body));
      } catch (IOException malformed) {
        throw new IllegalStateException(malformed);
      }
    }
  }
}
