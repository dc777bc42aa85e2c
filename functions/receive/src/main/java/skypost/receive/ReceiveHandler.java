package skypost.receive;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.aws.S3Events;
import skypost.aws.SqsBatch;
import skypost.mail.bounce.Bounces;
import skypost.mail.filter.ApplyFilter;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.json.Fields;
import skypost.mail.mailbox.DirectoryRetention;
import skypost.mail.mailbox.ExpireMessages;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.message.MessageId;
import skypost.mail.receive.ReceiveMessage;
import skypost.mail.receive.SweepUnfinished;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.SettingsReader;

/**
 * The handler of ReceiveFunction: batches of S3 events out of SQS, and the scheduled sweep {@code
 * {"sweep": true}}, which also ends what has a time.
 */
public final class ReceiveHandler implements RequestStreamHandler {
  /**
   * Younger messages may still be on their way: 30 minutes through the front
   * (SmtpLimits.messageTimeout), and the queue.
   */
  private static final Duration SETTLING = Duration.ofMinutes(45);

  /** How long a sweep begins to work on mailboxes: the function has a minute. */
  private static final Duration EXPIRING = Duration.ofSeconds(30);

  private final ReceiveMessage receive;
  private final SweepUnfinished sweep;
  private final ExpireMessages expire;
  private final Clock clock;

  /** Wired by the function's environment. */
  public ReceiveHandler() {
    this(AwsClients.fromEnvironment(), new SettingsReader(System.getenv()), Clock.systemUTC());
  }

  /**
   * Wired by hand. @throws SettingsReader.SettingsException with every setting that is missing or
   * wrong
   */
  public ReceiveHandler(AwsClients clients, SettingsReader settings, Clock clock) {
    AwsPorts ports = new AwsPorts(clients, settings, clock);
    var messages = ports.messages();
    var queue = ports.queue();
    var traces = ports.traces();
    var mailboxes = ports.mailboxes();
    var bounces = new Bounces(messages, settings.hostname(CommonSettings.HOSTNAME));
    var filters =
        new ApplyFilter.Ports(
            ports.filters(), ports.filterMemories(), messages, messages, mailboxes, traces);
    this.receive =
        new ReceiveMessage(
            new ReceiveMessage.Ports(
                ports.directory(),
                messages,
                mailboxes,
                ports.holders(),
                queue,
                traces,
                bounces,
                new ReturnPaths(
                    settings.secrets(CommonSettings.RETURN_SECRETS, ReturnPaths.LEAST_SECRET)),
                new ApplyFilter(filters, bounces.hostname(), clock),
                ports.receivedReports(),
                ports.domainUsage()),
            clock);
    this.sweep = new SweepUnfinished(messages, traces, queue, ports.events(), ports.sweepMark());
    this.expire =
        new ExpireMessages(
            new ExpireMessages.Ports(
                ports.expiringMailboxes(),
                ports.deletedMessages(),
                ports.directory(),
                new DirectoryRetention(ports.directory(), clock)),
            new FreeBodies(ports.holders(), messages),
            clock);
    this.clock = clock;
    settings.check();
  }

  /** On any ports. */
  public ReceiveHandler(
      ReceiveMessage receive, SweepUnfinished sweep, ExpireMessages expire, Clock clock) {
    this.receive = receive;
    this.sweep = sweep;
    this.expire = expire;
    this.clock = clock;
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Fields event = SqsBatch.read(input);
    if (event.flag("sweep")) {
      sweep(event, output);
      return;
    }
    SqsBatch.handle(event, output, this::receive);
  }

  private void receive(SqsBatch.Message message) throws IOException {
    for (MessageId id : S3Events.messages(message.body())) {
      receive.receive(id, message.receiveCount() > 1);
    }
  }

  /**
   * {@code "settled": true} says that nothing is under way, as at the start of the local system.
   */
  private void sweep(Fields event, OutputStream output) throws IOException {
    Instant now = clock.instant();
    var found = sweep.sweep(now, event.flag("settled") ? now : now.minus(SETTLING));
    int expired = expire.run(now.plus(EXPIRING));
    output.write(
        Fields.bytes(
            Map.of("messages", found.messages(), "entries", found.entries(), "expired", expired)));
  }
}
