package skypost.local;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import skypost.mail.admin.ManageQueue;
import skypost.mail.admin.RunOperation;
import skypost.mail.admin.SteerEntry;
import skypost.mail.bounce.Bounces;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.SmartHost;
import skypost.mail.dns.Dns;
import skypost.mail.dns.MailExchangers;
import skypost.mail.dns.OwnHost;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDestinations;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryQueueOperations;
import skypost.mail.memory.InMemorySmartHostPasswords;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.send.DirectoryRoutes;
import skypost.mail.send.RememberedDirectory;
import skypost.mail.send.RetrySchedule;
import skypost.mail.send.SendDue;
import skypost.mail.send.SendMessage;
import skypost.mail.send.SmartHostWays;
import skypost.mail.send.SmtpCourier;
import skypost.mail.send.SuppressRecipients;
import skypost.mail.settings.SmartHostSetting;
import skypost.mail.tlspolicy.TlsPolicies;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.client.OpportunisticTls;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;
import skypost.send.SendHandler;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * SendFunction over ports in memory: what sending costs by itself. Each invocation that runs at
 * once has a handler of its own, as in Lambda, with a courier that lives as long as the process.
 */
public final class BenchMemorySender implements BenchSender {
  private static final String HOSTNAME = "mx.bench.test";
  private static final int BATCH = 10;
  private static final String ARN = "arn:aws:sqs:us-east-1:000000000000:skypost-outbound";

  private final Clock clock = Clock.systemUTC();
  private final SecureRandom random = new SecureRandom();
  private final RememberedDirectory directory =
      new RememberedDirectory(new InMemoryDirectory(), clock);
  private final List<SmtpCourier> couriers = new ArrayList<>();
  private final DirectoryRoutes routes;
  private Store store;

  /** What one turn works on: it is forgotten after the turn, for these ports forget nothing. */
  private record Store(
      InMemoryMessages messages,
      InMemoryOutboundQueue queue,
      InMemoryDestinations destinations,
      ConcurrentLinkedQueue<EntryId> woken) {}

  /**
   * @param smartHost takes all mail
   * @param invocations at once
   */
  public BenchMemorySender(HostPort smartHost, int invocations) {
    for (int i = 0; i < invocations; i++) {
      couriers.add(new SmtpCourier(new SmtpClient(HOSTNAME, Timeouts.STANDARD)));
    }
    routes = new DirectoryRoutes(directory, exchangers(), outbound(smartHost));
  }

  private MailExchangers exchangers() {
    return new MailExchangers(Dns.at(Optional.empty()), OwnHost.of(HOSTNAME, List.of()), random);
  }

  /** The sink offers no TLS, and nothing is looked up for a host that the administrator named. */
  private DirectoryRoutes.Outbound outbound(HostPort smartHost) {
    SSLContext any = OpportunisticTls.context();
    var setting = new SmartHostSetting(SmartHost.of(smartHost), Optional.empty());
    var ways = new SmartHostWays(Optional.of(setting), new InMemorySmartHostPasswords(clock), any);
    return new DirectoryRoutes.Outbound(ways, 25, TlsPolicies.none(any));
  }

  @Override
  public void prepare(BenchMail mail) throws IOException {
    var woken = new ConcurrentLinkedQueue<EntryId>();
    store =
        new Store(
            new InMemoryMessages(),
            new InMemoryOutboundQueue(clock, wake -> woken.add(wake.id())),
            new InMemoryDestinations(),
            woken);
    byte[] content = BenchMail.content(mail.size());
    for (int i = 0; i < mail.messages(); i++) {
      put(content, EmailAddress.parse(mail.recipient(i)).orElseThrow());
    }
  }

  private void put(byte[] content, EmailAddress recipient) throws IOException {
    MessageId id = MessageId.at(clock.instant(), random);
    Optional<EmailAddress> sender = Optional.of(new EmailAddress("sender", "elsewhere.test"));
    var envelope =
        new Envelope(
            sender,
            Map.of(),
            List.of(new Envelope.Recipient(recipient)),
            Envelope.Origin.internal(id.acceptedAt(), HOSTNAME));
    try (var draft = store.messages().begin(id, envelope)) {
      draft.write(content);
      draft.commit();
    }
    store
        .queue()
        .enqueue(
            List.of(
                QueueEntry.first(
                    new EntryId(id, recipient.domain(), 0),
                    sender,
                    content.length,
                    List.of(new QueuedRecipient(recipient, Map.of(), Optional.empty())))));
  }

  @Override
  public void send() throws IOException {
    var tasks = new Together();
    for (SmtpCourier courier : couriers) {
      var function = new LambdaFunction("SendFunction", handler(courier), Resources.SEND_TIMEOUT);
      tasks.start(() -> invoke(function));
    }
    tasks.await();
  }

  /** As the handler wires itself on the ports of the cloud. */
  private SendHandler handler(SmtpCourier courier) {
    var bounces = new Bounces(store.messages(), HOSTNAME);
    var holders = new InMemoryBodyHolders();
    var suppress = new SuppressRecipients(directory, new InMemorySuppressions(), clock);
    var ports = new SendMessage.Ports(store.queue(), store.messages(), holders, bounces, suppress);
    var schedules = routes.schedules(RetrySchedule.DEFAULT);
    var send = new SendMessage(ports, routes, courier, schedules, clock, random);
    var means = new SendDue.Means(Executors.newVirtualThreadPerTaskExecutor(), clock, random);
    var due =
        new SendDue(new SendDue.Ports(store.queue(), store.destinations()), send, schedules, means);
    var bodies = new FreeBodies(holders, store.messages());
    var steer = new SteerEntry(store.queue(), store.messages(), bodies, bounces, clock);
    var manage = new ManageQueue(store.queue(), store.messages(), steer, clock);
    var operations = new RunOperation(new InMemoryQueueOperations(id -> {}), manage, steer, clock);
    return new SendHandler(due, operations, clock);
  }

  private Void invoke(LambdaFunction function) throws IOException {
    for (List<Message> batch = batch(); !batch.isEmpty(); batch = batch()) {
      LambdaFunction.Outcome outcome = function.invoke(SqsEvent.of(batch, ARN));
      if (!(outcome instanceof LambdaFunction.Returned)) {
        throw new IOException("SendFunction failed: " + outcome);
      }
    }
    return null;
  }

  private List<Message> batch() {
    List<Message> batch = new ArrayList<>();
    while (batch.size() < BATCH) {
      EntryId id = store.woken().poll();
      if (id == null) {
        break;
      }
      batch.add(
          Message.builder()
              .messageId(UUID.randomUUID().toString())
              .receiptHandle("none")
              .body("{\"entry\":\"" + id + "\",\"from\":\"elsewhere.test\"}")
              .attributes(Map.of(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "1"))
              .build());
    }
    return batch;
  }

  @Override
  public String costs() {
    return "";
  }

  @Override
  public void close() {
    // nothing outlives the process
  }
}
