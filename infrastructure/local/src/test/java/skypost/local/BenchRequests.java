package skypost.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import skypost.aws.AwsClients;
import skypost.aws.DynamoMailboxes;
import skypost.aws.DynamoOutboundQueue;
import skypost.aws.S3Messages;
import skypost.aws.http.BlockingHttpClient;
import skypost.local.s3.AccessKey;
import skypost.local.s3.EmbeddedS3;
import skypost.local.sqs.EmbeddedSqs;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OutboundQueue.Booking;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** The requests of a message, one by one, as our adapters make them. */
public final class BenchRequests {
  private static final int MAX_CONNECTIONS = 200;
  private static final AccessKey KEY = new AccessKey("bench", "not-a-secret");
  private static final EmailAddress USER = new EmailAddress("user", "bench.test");

  private final Clock clock = Clock.systemUTC();
  private final SecureRandom random = new SecureRandom();
  private final byte[] content = BenchMail.content(4 << 10);
  private final ConcurrentLinkedQueue<MessageId> stored = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<EntryId> queued = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<QueueEntry> booked = new ConcurrentLinkedQueue<>();
  private final S3Messages messages;
  private final DynamoOutboundQueue queue;
  private final DynamoMailboxes mailboxes;

  /** A kind of request. */
  public record Kind(String name, Callable<?> request) {}

  private BenchRequests(AwsClients clients) throws IOException {
    Provisioning provisioning = new Provisioning(clients.s3(), clients.sqs(), clients.dynamo());
    provisioning.bucket();
    provisioning.tables();
    Resources resources = provisioning.queues();
    messages = new S3Messages(clients.s3(), Resources.BUCKET);
    queue =
        new DynamoOutboundQueue(
            clients.dynamo(), Resources.MESSAGES, clients.sqs(), resources.outbound().url(), clock);
    mailboxes = new DynamoMailboxes(clients.dynamo(), Resources.MAILBOXES, clock);
    mailboxes.create(USER, 0);
  }

  /**
   * @param ports of S3, SQS and DynamoDB, behind a word
   * @param http apache or url
   */
  public static BenchRequests at(String[] ports, String http) throws IOException {
    SdkHttpClient client =
        switch (http) {
          case "apache" -> Apache5HttpClient.builder().maxConnections(MAX_CONNECTIONS).build();
          case "own" -> BlockingHttpClient.of(MAX_CONNECTIONS);
          case "url" -> {
            System.setProperty("http.maxConnections", "200"); // or more than five are not kept
            yield UrlConnectionHttpClient.builder().build();
          }
          case "url5" -> UrlConnectionHttpClient.builder().build();
          default -> throw new IllegalArgumentException("no such HTTP client: " + http);
        };
    var credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY.id(), KEY.secret()));
    Map<AwsClients.Service, URI> uris =
        Map.of(
            AwsClients.Service.S3, uri(ports[1]),
            AwsClients.Service.SQS, uri(ports[2]),
            AwsClients.Service.DYNAMODB, uri(ports[3]));
    return new BenchRequests(AwsClients.at(new AwsClients.Elsewhere(uris, credentials, client)));
  }

  private static URI uri(String port) {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** All kinds, in an order in which each finds what it needs. */
  public List<Kind> kinds() {
    return List.of(
        new Kind("S3 PutObject, 4 KB", this::put),
        new Kind("S3 GetObject, 4 KB", this::get),
        new Kind("DynamoDB GetItem, a mailbox's head", () -> mailboxes.status(USER)),
        new Kind("PutItem, 2 indexes; SQS SendMessage", this::enqueue),
        new Kind("DynamoDB UpdateItem, 2 indexes", this::book),
        new Kind("DynamoDB PutItem, 2 indexes", this::settle));
  }

  private Void put() throws IOException {
    MessageId id = MessageId.at(clock.instant(), random);
    try (var draft = messages.begin(id, envelope(id))) {
      draft.write(content);
      draft.commit();
    }
    stored.add(id);
    return null;
  }

  private static Envelope envelope(MessageId id) {
    return new Envelope(
        Optional.of(new EmailAddress("sender", "elsewhere.test")),
        Map.of(),
        List.of(new Envelope.Recipient(USER)),
        Envelope.Origin.internal(id.acceptedAt(), "mx.bench.test"));
  }

  private Void get() throws IOException {
    MessageId id = stored.poll();
    try (var message = messages.open(id).orElseThrow()) {
      message.content().readAllBytes();
    }
    stored.add(id);
    return null;
  }

  private Void enqueue() throws IOException {
    MessageId id = MessageId.at(clock.instant(), random);
    EntryId entry = new EntryId(id, USER.domain(), 0);
    var recipients = List.of(new QueuedRecipient(USER, Map.of(), Optional.empty()));
    queue.enqueue(
        List.of(
            QueueEntry.first(
                entry,
                Optional.of(new EmailAddress("sender", "elsewhere.test")),
                content.length,
                recipients)));
    queued.add(entry);
    return null;
  }

  /** An entry whose attempt counts as lost at once, so that it can be booked again. */
  private Void book() throws IOException {
    EntryId id = queued.poll();
    Instant now = clock.instant();
    if (!(queue.book(id, now, now) instanceof Booking.Booked(QueueEntry entry))) {
      throw new IOException("not booked: " + id);
    }
    booked.add(entry);
    queued.add(id);
    return null;
  }

  private Void settle() throws IOException {
    QueueEntry entry = booked.poll();
    QueueEntry wanted = entry.withStatus(QueueEntry.Status.DONE, clock.instant());
    if (queue.replace(entry, wanted)) {
      booked.add(wanted);
    }
    return null;
  }

  /** The embedded endpoints as a process. */
  public static final class Endpoints {
    private Endpoints() {}

    /** Says {@code ready S3 SQS DYNAMODB}, their ports, and serves until its input ends. */
    public static void main(String[] arguments) throws Exception {
      Path folder = Path.of(arguments[0]);
      Path dynoxide =
          DynoxideBinary.find(
              Optional.empty(), DynoxideBinary.userCache(System.getenv()), System.err::println);
      EmbeddedDynamoDb database = EmbeddedDynamoDb.start(dynoxide, folder.resolve("dynamodb"), 0);
      EmbeddedS3 objects = EmbeddedS3.start(folder.resolve("s3"), 0, KEY, created -> {});
      EmbeddedSqs queues = EmbeddedSqs.start(folder.resolve("sqs"), 0, Resources.REGION);
      System.out.printf(
          "ready %d %d %d%n",
          objects.endpoint().getPort(), queues.endpoint().getPort(), database.endpoint().getPort());
      System.in.transferTo(java.io.OutputStream.nullOutputStream());
      database.close();
      System.exit(0);
    }
  }
}
