package skypost.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import skypost.aws.http.BlockingHttpClient;
import skypost.local.s3.AccessKey;
import skypost.local.s3.EmbeddedS3;
import skypost.mail.message.IncomingMessages;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** The embedded S3 without anything behind it, for the benchmark of the front. */
public final class BenchS3 {
  private static final String BUCKET = "bench";
  private static final int MAX_CONNECTIONS = 500; // as the front's in its container

  private final S3Client client;

  private BenchS3(S3Client client) {
    this.client = client;
  }

  /** Starts it over a folder, for as long as the process lives. */
  public static BenchS3 start(Path folder) throws IOException {
    AccessKey key = new AccessKey("bench", "not-a-secret");
    EmbeddedS3 server = EmbeddedS3.start(folder, 0, key, created -> {});
    URI endpoint = server.endpoint();
    var credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
    var elsewhere =
        new skypost.aws.AwsClients.Elsewhere(
            Map.of(skypost.aws.AwsClients.Service.S3, endpoint),
            credentials,
            BlockingHttpClient.of(MAX_CONNECTIONS));
    S3Client client = skypost.aws.AwsClients.at(elsewhere).s3();
    client.createBucket(create -> create.bucket(BUCKET));
    return new BenchS3(client);
  }

  /** Where a front puts messages. */
  public IncomingMessages messages() {
    return new skypost.aws.S3Messages(client, BUCKET);
  }
}
