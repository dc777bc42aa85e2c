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
import java.util.Optional;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.aws.LambdaSessionCheck;
import skypost.aws.S3Events;
import skypost.aws.SqsBatch;
import skypost.mail.auth.dmarc.ReportRequest;
import skypost.mail.bounce.Bounces;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.CachedRelay;
import skypost.mail.directory.Directory;
import skypost.mail.directory.RelaySettings;
import skypost.mail.dns.Dns;
import skypost.mail.dns.DnsLookups;
import skypost.mail.filter.ApplyFilter;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.json.Fields;
import skypost.mail.mailbox.DirectoryRetention;
import skypost.mail.mailbox.ExpireMessages;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.message.MessageId;
import skypost.mail.receive.ReceiveMessage;
import skypost.mail.receive.SweepUnfinished;
import skypost.mail.report.CountMail;
import skypost.mail.settings.CommonSettings;
import skypost.mail.settings.SettingsReader;
import skypost.mail.verify.CheckInSession;
import skypost.mail.verify.CountSenders;
import skypost.mail.verify.SenderVerifier;
import skypost.mail.verify.SessionCheck;
import skypost.mail.verify.VerifySender;

/**
 * The handler of ReceiveFunction: batches of S3 events out of SQS, the scheduled sweep {@code
 * {"sweep": true}}, which also ends what has a time, and the question of a front about a staged
 * message ({@link LambdaSessionCheck}).
 */
public final class ReceiveHandler implements RequestStreamHandler {
  /**
   * Younger messages may still be on their way: 30 minutes through the front
   * (SmtpLimits.messageTimeout), and the queue.
   */
  private static final Duration SETTLING = Duration.ofMinutes(45);

  private static final int DNS_PORT = 53;
  private static final Duration DNS_TIMEOUT = Duration.ofSeconds(2);
  private static final int DNS_TRIES = 2;

  // How long a sweep begins to work on each, from its start: the function has a minute.
  private static final Duration WAKING = Duration.ofSeconds(5);
  private static final Duration SWEEPING = Duration.ofSeconds(20);
  private static final Duration EXPIRING = Duration.ofSeconds(30);

  private final ReceiveMessage receive;
  private final SweepUnfinished sweep;
  private final ExpireMessages expire;
  private final SessionCheck check;
  private final CountMail counted;
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
        new ApplyFilter.Ports(ports.filters(), ports.filterMemories(), messages, mailboxes, traces);
    var directory = ports.directory();
    var domains = new CachedDomains(directory, clock);
    Dns dns =
        Dns.published(settings.hostPort(CommonSettings.DNS, DNS_PORT), DNS_TIMEOUT, DNS_TRIES);
    var verifier = verifier(settings, dns, directory, domains, clock);
    var lookups = new DnsLookups(dns, () -> false);
    this.counted =
        new CountMail(domain -> ReportRequest.isMade(domain, lookups), ports.countedMail(), clock);
    var counts = new CountSenders(counted::count);
    this.receive =
        new ReceiveMessage(
            new ReceiveMessage.Ports(
                directory,
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
                verifier,
                counts,
                ports.domainUsage()),
            clock);
    this.check =
        new CheckInSession(
            new CheckInSession.Ports(ports.stagedMessages(), verifier, domains, traces, counts),
            clock);
    this.sweep =
        new SweepUnfinished(
            new SweepUnfinished.Ports(messages, traces, queue, ports.events(), ports.sweepMark()),
            clock);
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

  private static SenderVerifier verifier(
      SettingsReader settings, Dns dns, Directory directory, CachedDomains domains, Clock clock) {
    var relay =
        new RelaySettings(settings.networks(CommonSettings.TRUSTED_NETWORKS), Optional.empty());
    return new VerifySender(
        new VerifySender.Ports(dns, domains, new CachedRelay(directory, relay, clock)),
        settings.hostname(CommonSettings.HOSTNAME),
        clock);
  }

  /** On any ports. */
  public ReceiveHandler(
      ReceiveMessage receive,
      SweepUnfinished sweep,
      ExpireMessages expire,
      SessionCheck check,
      CountMail counted,
      Clock clock) {
    this.receive = receive;
    this.sweep = sweep;
    this.expire = expire;
    this.check = check;
    this.counted = counted;
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
    Optional<MessageId> asked = LambdaSessionCheck.question(event);
    if (asked.isPresent()) {
      output.write(LambdaSessionCheck.answer(check.refusal(asked.get())));
      counted.write();
      return;
    }
    SqsBatch.handle(event, output, this::receive);
    counted.write();
  }

  private void receive(SqsBatch.Message message) throws IOException {
    for (MessageId id : S3Events.messages(message.body())) {
      receive.receive(id, message.receiveCount() > 1);
    }
  }

  /**
   * {@code "settled": true} says that nothing is under way, as at the start of the local system. A
   * fault of one part does not keep the others from their work.
   */
  private void sweep(Fields event, OutputStream output) throws IOException {
    Instant now = clock.instant();
    Instant settled = event.flag("settled") ? now : now.minus(SETTLING);
    SweepUnfinished.Found found;
    int expired;
    try {
      found = sweep.sweep(settled, new SweepUnfinished.Time(now.plus(WAKING), now.plus(SWEEPING)));
    } finally {
      expired = expire.run(now.plus(EXPIRING));
    }
    output.write(
        Fields.bytes(
            Map.of("messages", found.messages(), "entries", found.entries(), "expired", expired)));
  }
}
