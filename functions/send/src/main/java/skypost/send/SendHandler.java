package skypost.send;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.aws.S3Messages;
import skypost.aws.SqsBatch;
import skypost.mail.admin.ManageQueue;
import skypost.mail.admin.RunOperation;
import skypost.mail.admin.SteerEntry;
import skypost.mail.bounce.Bounces;
import skypost.mail.dns.Dns;
import skypost.mail.dns.MailExchangers;
import skypost.mail.dns.OwnHost;
import skypost.mail.json.Fields;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.QueueOperations;
import skypost.mail.send.DirectoryRoutes;
import skypost.mail.send.InvocationTime;
import skypost.mail.send.RememberedDirectory;
import skypost.mail.send.SendDue;
import skypost.mail.send.SendMessage;
import skypost.mail.send.SignOutgoing;
import skypost.mail.send.SmartHostWays;
import skypost.mail.send.SmtpCourier;
import skypost.mail.send.SuppressRecipients;
import skypost.mail.settings.SettingsReader;
import skypost.mail.signing.Signers;
import skypost.mail.tlspolicy.CountTlsSessions;
import skypost.mail.tlspolicy.KeptPolicies;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;

/**
 * The handler of SendFunction: batches of {@code {"entry": "<EntryId>", "from": "<sender's
 * domain>", "due": <milliseconds>}} and {@code {"destination": "<domain>", "due": …}} out of SQS,
 * all dealt with at once, and of {@code {"operation": "<OperationId>"}}, which are carried on. An
 * entry that has just been queued has no due time.
 */
public final class SendHandler implements RequestStreamHandler {
  private final SendDue send;
  private final RunOperation operations;
  private final Clock clock;

  /** Wired by the function's environment. */
  public SendHandler() {
    this(AwsClients.fromEnvironment(), new SettingsReader(System.getenv()), Clock.systemUTC());
  }

  /**
   * Wired by hand. @throws SettingsReader.SettingsException with every setting that is missing or
   * wrong
   */
  public SendHandler(AwsClients clients, SettingsReader reader, Clock clock) {
    AwsPorts aws = new AwsPorts(clients, reader, clock);
    SendSettings settings = SendSettings.read(reader);
    S3Messages messages = aws.messages();
    var directory = new RememberedDirectory(aws.directory(), clock);
    Dns dns = Dns.at(settings.dns());
    var ports =
        new SendMessage.Ports(
            aws.queue(),
            messages,
            aws.holders(),
            new Bounces(messages, settings.hostname()),
            new SuppressRecipients(directory, aws.suppressions(), clock),
            new CountTlsSessions(dns::texts, aws.tlsReports(), clock),
            SignOutgoing.by(
                new SignOutgoing.Means(
                    new Signers(aws.signingKeys(), aws.keyVault(), clock),
                    directory,
                    settings.trustedNetworks(),
                    settings.hostname(),
                    clock)));
    RunOperation operations = operations(ports, aws.operations(), clock);
    var smartHosts =
        new SmartHostWays(settings.smartHost(), aws.smartHostPasswords(), settings.tls().trusted());
    Sending sending =
        new Sending(ports, aws.destinations(), directory, smartHosts, aws.keptPolicies(), dns);
    reader.check();
    this(wire(settings, sending, clock), operations, clock);
  }

  /** On any ports. */
  public SendHandler(SendDue send, RunOperation operations, Clock clock) {
    this.send = send;
    this.operations = operations;
    this.clock = clock;
  }

  private static RunOperation operations(
      SendMessage.Ports ports, QueueOperations operations, Clock clock) {
    var bodies = new FreeBodies(ports.holders(), ports.messages());
    var steer = new SteerEntry(ports.queue(), ports.messages(), bodies, ports.bounces(), clock);
    var queue = new ManageQueue(ports.queue(), ports.messages(), steer, clock);
    return new RunOperation(operations, queue, steer, clock);
  }

  /** The ports of sending, and what is remembered of the directory and of DNS. */
  private record Sending(
      SendMessage.Ports ports,
      Destinations destinations,
      RememberedDirectory directory,
      SmartHostWays smartHosts,
      KeptPolicies policies,
      Dns dns) {}

  private static SendDue wire(SendSettings settings, Sending sending, Clock clock) {
    SecureRandom random = new SecureRandom(); // fresh in each environment that SnapStart restores
    var exchangers =
        new MailExchangers(
            sending.dns(), OwnHost.of(settings.hostname(), settings.ownAddresses()), random);
    var outbound =
        new DirectoryRoutes.Outbound(
            sending.smartHosts(),
            settings.outboundPort(),
            settings
                .tls()
                .policies(
                    new TlsSettings.Lookups(settings.dns(), sending.dns(), exchangers),
                    sending.policies(),
                    settings.outboundPort())
                .counting(sending.ports().sessions()));
    var routes = new DirectoryRoutes(sending.directory(), exchangers, outbound);
    var courier = new SmtpCourier(new SmtpClient(settings.helo(), Timeouts.STANDARD));
    var schedules = routes.schedules(settings.schedule());
    var send = new SendMessage(sending.ports(), routes, courier, schedules, clock, random);
    var means =
        new SendDue.Means(
            Executors.newVirtualThreadPerTaskExecutor(), clock, random, settings.limits());
    var due = new SendDue.Ports(sending.ports().queue(), sending.destinations());
    return new SendDue(due, send, schedules, means);
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    InvocationTime time =
        InvocationTime.of(clock.instant(), Duration.ofMillis(context.getRemainingTimeInMillis()));
    try {
      SqsBatch.handle(SqsBatch.read(input), output, message -> send(message.body(), time));
    } finally {
      send.rest(); // Lambda stops the world after this, and servers would wait for us
    }
  }

  private void send(String body, InvocationTime time) throws IOException {
    Fields wake = Fields.read(body);
    if (wake.has("operation")) {
      String text = wake.text("operation");
      operations.run(
          OperationId.parse(text).orElseThrow(() -> new IOException("no operation: " + text)),
          time.over());
      return;
    }
    Optional<String> destination = wake.optionalText("destination");
    SendDue.Result result;
    if (destination.isPresent()) {
      Instant due = wake.has("due") ? Instant.ofEpochMilli(wake.number("due")) : clock.instant();
      result = send.destination(destination.get(), due, time);
    } else {
      result = send.entry(EntryWake.read(wake), time);
    }
    if (result == SendDue.Result.HANDED_BACK) {
      throw new IOException("the function's timeout is too short for " + body);
    }
  }
}
