package skypost.pop3;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import skypost.aws.AwsClients;
import skypost.aws.DynamoBodyHolders;
import skypost.aws.DynamoMailboxes;
import skypost.aws.LambdaAuthorizer;
import skypost.aws.S3Messages;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.log.EventLog;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The POP3 server in its container: settings from the environment, DynamoDB, S3 and
 * AuthorizeFunction behind it.
 */
public final class Pop3Main {
  private static final Setting BUCKET =
      new Setting("SKYPOST_BUCKET", "S3 bucket of the messages", "");
  private static final Setting TABLE_MAILBOXES =
      new Setting("SKYPOST_TABLE_MAILBOXES", "DynamoDB table of the mailboxes", "");
  private static final Setting FUNCTION_AUTHORIZE =
      new Setting("SKYPOST_FUNCTION_AUTHORIZE", "name or ARN of AuthorizeFunction", "");

  /** The container gets SIGKILL 120 s after SIGTERM: the longest that Fargate allows. */
  private static final Duration DRAIN = Duration.ofSeconds(110);

  private Pop3Main() {}

  private record Wiring(Pop3Settings settings, String bucket, String mailboxes, String authorize) {}

  /**
   * {@code --help} lists the settings. Exits with 2 when they are wrong, with 1 when a port is
   * taken. SIGTERM drains.
   */
  public static void main(String[] arguments) throws InterruptedException {
    if (List.of(arguments).contains("--help")) {
      help();
      return;
    }
    try {
      serve(start(read(), Clock.systemUTC()));
    } catch (IllegalArgumentException wrong) {
      System.err.println("skypost-pop3: " + wrong.getMessage());
      System.exit(2);
    } catch (IOException fault) {
      System.err.println("skypost-pop3: " + fault.getMessage());
      System.exit(1);
    }
  }

  private static Wiring read() {
    SettingsReader reader = new SettingsReader(System.getenv());
    Pop3Settings settings =
        Pop3Settings.read(reader, new InetSocketAddress(0).getAddress(), Instant.now());
    Wiring wiring =
        new Wiring(
            settings,
            reader.required(BUCKET),
            reader.required(TABLE_MAILBOXES),
            reader.required(FUNCTION_AUTHORIZE));
    reader.check();
    return wiring;
  }

  private static Pop3Server start(Wiring wiring, Clock clock) throws IOException {
    // A slow reader holds a connection to S3 for as long as RETR takes; the client's 50 would be
    // all of them.
    int connections = wiring.settings().maxConnections();
    AwsClients clients =
        AwsClients.fromEnvironment(Apache5HttpClient.builder().maxConnections(connections).build());
    DynamoDbClient dynamo = clients.dynamo();
    return Pop3Server.start(
        wiring.settings(),
        new LambdaAuthorizer(clients.lambda(), wiring.authorize()),
        new DynamoMailboxes(dynamo, wiring.mailboxes(), clock),
        new DynamoBodyHolders(dynamo, wiring.mailboxes()),
        new S3Messages(clients.s3(), wiring.bucket()),
        clock);
  }

  private static void serve(Pop3Server server) throws InterruptedException {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> EventLog.info("drain").with("finished", server.drain(DRAIN)).write()));
    EventLog.info("ready")
        .with("pop3", server.pop3Port())
        .with("pop3s", server.pop3sPort())
        .write();
    new CountDownLatch(1).await(); // until SIGTERM
  }

  private static void help() {
    System.out.println("The POP3 server of Skypost. Settings are environment variables:");
    List<Setting> settings = new ArrayList<>(Pop3Settings.SETTINGS);
    settings.addAll(List.of(BUCKET, TABLE_MAILBOXES, FUNCTION_AUTHORIZE));
    for (Setting setting : settings) {
      String fallback = setting.fallback().isEmpty() ? "" : " (" + setting.fallback() + ")";
      System.out.printf("  %-28s %s%s%n", setting.key(), setting.meaning(), fallback);
    }
  }
}
