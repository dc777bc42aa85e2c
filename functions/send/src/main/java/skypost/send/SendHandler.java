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
import java.util.Set;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.aws.SqsBatch;
import skypost.mail.bounce.Bounces;
import skypost.mail.dns.Dns;
import skypost.mail.dns.MailExchangers;
import skypost.mail.json.Fields;
import skypost.mail.queue.EntryId;
import skypost.mail.send.DirectoryRoutes;
import skypost.mail.send.SendMessage;
import skypost.mail.send.SmtpCourier;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;

/**
 * The handler of SendFunction: batches of {@code {"entry": "<EntryId>"}} out of SQS, all tried at
 * once.
 */
public final class SendHandler implements RequestStreamHandler {
  /**
   * What is left of the invocation when the last attempt must be over: for recording what came of
   * it.
   */
  private static final Duration RESERVE = Duration.ofSeconds(10);

  private final SendMessage send;
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
    this(wire(new AwsPorts(clients, reader, clock), reader, clock), clock);
  }

  /** On any ports. */
  public SendHandler(SendMessage send, Clock clock) {
    this.send = send;
    this.clock = clock;
  }

  private static SendMessage wire(AwsPorts aws, SettingsReader reader, Clock clock) {
    SendSettings settings = SendSettings.read(reader);
    var messages = aws.messages();
    var ports =
        new SendMessage.Ports(
            aws.queue(), messages, aws.holders(), new Bounces(messages, settings.hostname()));
    var directory = aws.directory();
    var kept = aws.keptPolicies();
    reader.check();
    SecureRandom random = new SecureRandom(); // fresh in each environment that SnapStart restores
    var exchangers =
        new MailExchangers(Dns.at(settings.dns()), Set.of(settings.hostname()), random);
    var outbound =
        new DirectoryRoutes.Outbound(
            settings.smartHost(),
            settings.outboundPort(),
            settings.tls().policies(settings.dns(), exchangers, kept, settings.outboundPort()));
    var routes = new DirectoryRoutes(directory, exchangers, outbound, clock);
    var courier = new SmtpCourier(new SmtpClient(settings.hostname(), Timeouts.STANDARD));
    return new SendMessage(ports, routes, courier, settings.schedule(), clock, random);
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Instant deadline =
        clock.instant().plusMillis(context.getRemainingTimeInMillis()).minus(RESERVE);
    SqsBatch.handle(SqsBatch.read(input), output, message -> send(message.body(), deadline));
  }

  private void send(String body, Instant deadline) throws IOException {
    String text = Fields.read(body).text("entry");
    EntryId id = EntryId.parse(text).orElseThrow(() -> new IOException("not an entry: " + text));
    if (send.send(id, deadline) == SendMessage.Result.HANDED_BACK) {
      throw new IOException("no time is left for " + id);
    }
  }
}
