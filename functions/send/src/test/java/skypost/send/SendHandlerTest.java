package skypost.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.aws.AwsClients;
import skypost.mail.admin.ManageQueue;
import skypost.mail.admin.RunOperation;
import skypost.mail.admin.SteerEntry;
import skypost.mail.bounce.Bounces;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDestinations;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryQueueOperations;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.Destination;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.queue.QueueFilter;
import skypost.mail.queue.QueueOperation;
import skypost.mail.send.RememberedDirectory;
import skypost.mail.send.RetrySchedule;
import skypost.mail.send.Route;
import skypost.mail.send.SendDue;
import skypost.mail.send.SendMessage;
import skypost.mail.send.SmtpCourier;
import skypost.mail.send.SuppressRecipients;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.client.FakeMx;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;

/** The events of events/send-*.json, through the real handler. */
class SendHandlerTest {
  private static final Path EVENTS = Path.of("..", "..", "events");
  private static final EntryId ENTRY =
      EntryId.parse("01m88ve4d0p5y83py2cw~there.example~0").orElseThrow();

  private final Clock clock = Clock.systemUTC();
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryOutboundQueue queue = new InMemoryOutboundQueue(clock, wake -> {});
  private final InMemoryQueueOperations operations = new InMemoryQueueOperations(id -> {});
  private final InMemoryDestinations destinations = new InMemoryDestinations();
  private FakeMx mx;
  private SendHandler handler;

  @BeforeEach
  void start() throws IOException {
    mx = FakeMx.start();
    var bounces = new Bounces(messages, "mx.us.example");
    var holders = new InMemoryBodyHolders();
    var steer = new SteerEntry(queue, messages, new FreeBodies(holders, messages), bounces, clock);
    SendMessage send =
        new SendMessage(
            new SendMessage.Ports(
                queue,
                messages,
                holders,
                bounces,
                new SuppressRecipients(
                    new RememberedDirectory(new InMemoryDirectory(), clock),
                    new InMemorySuppressions(),
                    clock)),
            (destination, sender, chosen, wish) -> new Route.Via(List.of(mx.hop())),
            new SmtpCourier(new SmtpClient("mx.us.example", Timeouts.STANDARD)),
            destination -> RetrySchedule.DEFAULT,
            clock,
            new Random(1));
    var run =
        new RunOperation(operations, new ManageQueue(queue, messages, steer, clock), steer, clock);
    var ports = new SendDue.Ports(queue, destinations);
    var means = new SendDue.Means(Runnable::run, clock, new Random(2));
    handler =
        new SendHandler(
            new SendDue(ports, send, destination -> RetrySchedule.DEFAULT, means), run, clock);
    enqueue(ENTRY);
  }

  @AfterEach
  void stop() throws IOException {
    mx.close();
  }

  @Test
  void anEntryIsSent() throws IOException {
    assertThat(handle("send-entry.json", Duration.ofMinutes(5)))
        .isEqualTo("{\"batchItemFailures\":[]}");

    assertThat(mx.received())
        .singleElement()
        .satisfies(received -> assertThat(received.text()).isEqualTo("Subject: x\r\n\r\nhi\r\n"));
    assertThat(queue.entries(ENTRY.message()))
        .extracting(QueueEntry::status)
        .containsExactly(Status.DONE);
  }

  @Test
  void whatWaitsForADestinationIsSentWhenThatIsWoken() throws IOException {
    Instant now = clock.instant();
    queue.putOff(ENTRY, ENTRY.destination(), now, now.plusSeconds(3600));
    Destination seen = destinations.find("there.example");
    destinations.replace(seen, seen.recovering(1, Optional.empty()), now);

    assertThat(handle("send-destination.json", Duration.ofMinutes(5)))
        .isEqualTo("{\"batchItemFailures\":[]}");

    assertThat(mx.received()).hasSize(1);
    assertThat(destinations.find("there.example").phase())
        .isEqualTo(new Destination.Phase.Healthy());
  }

  @Test
  void aRemoteRefusalIsNoFaultOfTheBatch() throws IOException {
    mx.always("RCPT", FakeMx.reply("451 4.7.1 later"));

    assertThat(handle("send-entry.json", Duration.ofMinutes(5)))
        .isEqualTo("{\"batchItemFailures\":[]}");

    assertThat(queue.entries(ENTRY.message()))
        .extracting(QueueEntry::status)
        .containsExactly(Status.DEFERRED);
  }

  @Test
  void anOperationIsCarriedOn() throws IOException {
    mx.always("RCPT", FakeMx.reply("451 4.7.1 later"));
    handle("send-entry.json", Duration.ofMinutes(5));
    OperationId id = OperationId.parse("01m88ve4d0p5y83py2cx").orElseThrow();
    operations.begin(
        QueueOperation.begin(id, QueueFilter.ALL, new QueueAction.Hold(), clock.instant()));

    assertThat(handle("send-operation.json", Duration.ofMinutes(5)))
        .isEqualTo("{\"batchItemFailures\":[]}");

    assertThat(operations.find(id).orElseThrow().progress().done()).isEqualTo(1);
    assertThat(queue.entries(ENTRY.message()))
        .extracting(QueueEntry::status)
        .containsExactly(Status.HELD);
  }

  @Test
  void onlyWhatCannotBeDealtWithIsHandedBack() throws IOException {
    assertThat(handle("send-malformed.json", Duration.ofMinutes(5)))
        .isEqualTo(
            "{\"batchItemFailures\":[{\"itemIdentifier\":\"6c4a1f1e-3f6e-4f0b-8f5e-0d8f4f2f7a02\"}]}");
  }

  @Test
  void whatHasNoTimeLeftIsHandedBackUntouched() throws IOException {
    assertThat(handle("send-entry.json", Duration.ofSeconds(12)))
        .contains("6c4a1f1e-3f6e-4f0b-8f5e-0d8f4f2f7a01");

    assertThat(queue.entries(ENTRY.message()))
        .extracting(QueueEntry::attemptsMade)
        .containsExactly(0);
    assertThat(mx.commands()).isEmpty();
  }

  /** One on which its server falls silent holds up none of the others. */
  @Test
  void allOfABatchAreSentAtOnceAndOnlyWhatIsNotDoneIsHandedBack() throws Exception {
    mx.always("RCPT TO:<bob@slow.example>", FakeMx.stall());
    List<EntryId> good = new ArrayList<>(List.of(ENTRY));
    for (int i = 0; i < 7; i++) {
      good.add(EntryId.parse("01m88ve4d0p5y83py2d" + i + "~there.example~0").orElseThrow());
      enqueue(good.getLast());
    }
    EntryId stuck = EntryId.parse("01m88ve4d0p5y83py2e0~slow.example~0").orElseThrow();
    enqueue(stuck);
    List<String> entries = new ArrayList<>(List.of(stuck.toString(), "malformed"));
    good.forEach(entry -> entries.add(entry.toString()));

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> answer = threads.submit(() -> handle(batch(entries), Duration.ofMinutes(14)));
      awaitDone(good);
      mx.close(); // only now it hangs up

      assertThat(answer.get())
          .isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":\"malformed\"}]}");
    }
    assertThat(mx.received()).hasSize(8);
    assertThat(queue.entries(stuck.message()))
        .extracting(QueueEntry::status)
        .containsExactly(Status.DEFERRED);
  }

  @Test
  void aBatchForWhichNoTimeIsLeftIsHandedBackAsAWhole() throws IOException {
    EntryId other = EntryId.parse("01m88ve4d0p5y83py2d0~slow.example~0").orElseThrow();
    enqueue(other);

    assertThat(handle(batch(List.of(ENTRY.toString(), other.toString())), Duration.ofSeconds(60)))
        .contains(ENTRY.toString(), other.toString());

    assertThat(mx.commands()).isEmpty();
    assertThat(queue.entries(other.message()))
        .extracting(QueueEntry::attemptsMade)
        .containsExactly(0);
  }

  /** An event with a record for each entry, whose SQS message has the entry's name. */
  private static byte[] batch(List<String> entries) {
    return entries.stream()
        .map(entry ->
            """
            {"messageId": "%1$s", "body": "{\\"entry\\": \\"%1$s\\", \\"from\\": \\"here.example\\"}",
             "attributes": {"ApproximateReceiveCount": "1"}}\
            """
                .formatted(entry))
        .collect(Collectors.joining(",", "{\"Records\": [", "]}"))
        .getBytes(StandardCharsets.UTF_8);
  }

  private void awaitDone(List<EntryId> entries) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!entries.stream().allMatch(this::isDone)) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private boolean isDone(EntryId entry) {
    return queue.entries(entry.message()).getFirst().status() == Status.DONE;
  }

  @Test
  void settingsThatAreMissingOrWrongAreToldAllAtOnce() {
    SettingsReader reader =
        new SettingsReader(
            Map.of(
                "SKYPOST_OUTBOUND_PORT",
                "smtp",
                "SKYPOST_RETRY_SCHEDULE",
                "PT0S,soon",
                "SKYPOST_SMART_HOST",
                "a:b:c",
                "AWS_REGION",
                "us-east-1"));
    AwsClients clients =
        AwsClients.at(
            new AwsClients.Elsewhere(
                Map.of(),
                software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider.create(),
                software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient.create()));

    assertThatThrownBy(() -> new SendHandler(clients, reader, clock))
        .hasMessageContainingAll(
            "SKYPOST_OUTBOUND_PORT",
            "SKYPOST_RETRY_SCHEDULE",
            "soon",
            "SKYPOST_SMART_HOST",
            "SKYPOST_BUCKET",
            "SKYPOST_TABLE_MESSAGES",
            "SKYPOST_TABLE_MAILBOXES",
            "SKYPOST_TABLE_DIRECTORY",
            "SKYPOST_QUEUE_OUTBOUND");
  }

  @Test
  void theDefaultScheduleIsTheOneThatIsDocumented() {
    SendSettings settings = SendSettings.read(new SettingsReader(Map.of()));

    assertThat(settings.schedule()).isEqualTo(RetrySchedule.DEFAULT);
    assertThat(settings.outboundPort()).isEqualTo(25);
    assertThat(SendSettings.RETRY_SCHEDULE.meaning())
        .contains("PT0S,PT5M,PT15M,PT30M,PT1H,PT2H,PT4H,PT8H and so on for five days");
  }

  private String handle(String event, Duration remaining) throws IOException {
    return handle(Files.readAllBytes(EVENTS.resolve(event)), remaining);
  }

  private String handle(byte[] event, Duration remaining) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    handler.handleRequest(new ByteArrayInputStream(event), answer, new TestContext(remaining));
    return answer.toString(StandardCharsets.UTF_8);
  }

  private void enqueue(EntryId entry) throws IOException {
    EmailAddress bob = EmailAddress.parse("bob@" + entry.destination()).orElseThrow();
    Optional<EmailAddress> alice = EmailAddress.parse("alice@here.example");
    MessageId id = entry.message();
    try (var draft =
        messages.begin(
            id,
            new Envelope(
                alice,
                Map.of(),
                List.of(new Envelope.Recipient(bob)),
                Envelope.Origin.internal(id.acceptedAt(), "test")))) {
      draft.write("Subject: x\r\n\r\nhi\r\n".getBytes(StandardCharsets.US_ASCII));
      draft.commit();
    }
    queue.enqueue(
        List.of(
            new QueueEntry(
                entry,
                new QueueEntry.Mail(alice, 18, false, ""),
                new QueueEntry.Turn(Status.QUEUED, Instant.EPOCH, 0, entry.destination()),
                List.of(new QueuedRecipient(bob, Map.of(), Optional.empty())),
                List.of(),
                ByHand.NOTHING)));
  }

  private record TestContext(Duration remaining) implements Context {
    @Override
    public int getRemainingTimeInMillis() {
      return (int) remaining.toMillis();
    }

    @Override
    public String getAwsRequestId() {
      return "request";
    }

    @Override
    public String getLogGroupName() {
      return "";
    }

    @Override
    public String getLogStreamName() {
      return "";
    }

    @Override
    public String getFunctionName() {
      return "SendFunction";
    }

    @Override
    public String getFunctionVersion() {
      return "1";
    }

    @Override
    public String getInvokedFunctionArn() {
      return "";
    }

    @Override
    public CognitoIdentity getIdentity() {
      return null;
    }

    @Override
    public ClientContext getClientContext() {
      return null;
    }

    @Override
    public int getMemoryLimitInMB() {
      return 512;
    }

    @Override
    public LambdaLogger getLogger() {
      return null;
    }
  }
}
