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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.aws.AwsClients;
import skypost.mail.bounce.Bounces;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.send.RetrySchedule;
import skypost.mail.send.Route;
import skypost.mail.send.SendMessage;
import skypost.mail.send.SmtpCourier;
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
  private FakeMx mx;
  private SendHandler handler;

  @BeforeEach
  void start() throws IOException {
    mx = FakeMx.start();
    SendMessage send =
        new SendMessage(
            new SendMessage.Ports(
                queue, messages, new InMemoryBodyHolders(), new Bounces(messages, "mx.us.example")),
            (destination, sender, wish) -> new Route.Via(List.of(mx.hop())),
            new SmtpCourier(new SmtpClient("mx.us.example", Timeouts.STANDARD)),
            RetrySchedule.DEFAULT,
            clock,
            new Random(1));
    handler = new SendHandler(send, clock);
    enqueue();
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
  void aRemoteRefusalIsNoFaultOfTheBatch() throws IOException {
    mx.always("RCPT", FakeMx.reply("451 4.7.1 later"));

    assertThat(handle("send-entry.json", Duration.ofMinutes(5)))
        .isEqualTo("{\"batchItemFailures\":[]}");

    assertThat(queue.entries(ENTRY.message()))
        .extracting(QueueEntry::status)
        .containsExactly(Status.DEFERRED);
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
    assertThat(SendSettings.RETRY_SCHEDULE.fallback())
        .startsWith("PT0S,PT5M,PT15M,PT30M,PT1H,PT2H,PT4H,PT8H,");
  }

  private String handle(String event, Duration remaining) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    handler.handleRequest(
        new ByteArrayInputStream(Files.readAllBytes(EVENTS.resolve(event))),
        answer,
        new TestContext(remaining));
    return answer.toString(StandardCharsets.UTF_8);
  }

  private void enqueue() throws IOException {
    EmailAddress bob = EmailAddress.parse("bob@there.example").orElseThrow();
    Optional<EmailAddress> alice = EmailAddress.parse("alice@here.example");
    MessageId id = ENTRY.message();
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
                ENTRY,
                alice,
                18,
                false,
                Status.QUEUED,
                Instant.EPOCH,
                0,
                List.of(new QueuedRecipient(bob, Map.of(), Optional.empty())),
                List.of())));
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
