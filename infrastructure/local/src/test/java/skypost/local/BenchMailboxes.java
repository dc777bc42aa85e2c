package skypost.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import skypost.aws.DynamoBodyHolders;
import skypost.aws.DynamoMailboxes;
import skypost.aws.S3Messages;
import skypost.local.s3.AccessKey;
import skypost.local.s3.EmbeddedS3;
import skypost.local.sqs.EmbeddedSqs;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.Mailboxes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Mailboxes and bodies on the embedded endpoints, for the benchmark of POP3. */
public final class BenchMailboxes {
  private final DynamoDbClient dynamo;
  private final S3Client s3;

  private BenchMailboxes(DynamoDbClient dynamo, S3Client s3) {
    this.dynamo = dynamo;
    this.s3 = s3;
  }

  /** Starts them over a folder, for as long as the process lives. */
  public static BenchMailboxes start(Path folder) throws IOException, InterruptedException {
    AccessKey key = new AccessKey("bench", "not-a-secret");
    Path dynoxide =
        DynoxideBinary.find(
            Optional.empty(), DynoxideBinary.userCache(System.getenv()), System.err::println);
    EmbeddedDynamoDb database = EmbeddedDynamoDb.start(dynoxide, folder.resolve("dynamodb"), 0);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(database)));
    EmbeddedS3 objects = EmbeddedS3.start(folder.resolve("s3"), 0, key, created -> {});
    EmbeddedSqs queues = EmbeddedSqs.start(folder.resolve("sqs"), 0, Resources.REGION);
    AwsClients clients = new AwsClients(key);
    var made =
        new BenchMailboxes(clients.dynamoDb(database.endpoint()), clients.s3(objects.endpoint()));
    Provisioning provisioning =
        new Provisioning(made.s3, clients.sqs(queues.endpoint()), made.dynamo);
    provisioning.bucket();
    provisioning.tables();
    return made;
  }

  private static void close(EmbeddedDynamoDb database) {
    try {
      database.close();
    } catch (Exception fault) {
      System.err.println("the database did not end: " + fault);
    }
  }

  /** As the POP3 server has them. */
  public Mailboxes mailboxes() {
    return DynamoMailboxes.remembering(dynamo, Resources.MAILBOXES, Clock.systemUTC());
  }

  public BodyHolders holders() {
    return new DynamoBodyHolders(dynamo, Resources.MAILBOXES);
  }

  public S3Messages messages() {
    return new S3Messages(s3, Resources.BUCKET);
  }

  /** What was asked for since the last call, in this process. */
  public static Map<String, Double> asked() {
    Map<String, Double> asked = CountedRequests.all();
    CountedRequests.reset();
    return asked;
  }
}
