package skypost.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import skypost.aws.AwsClients;
import skypost.local.s3.AccessKey;
import skypost.local.s3.EmbeddedS3;
import skypost.local.s3.ObjectCreated;
import skypost.local.sqs.EmbeddedSqs;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Where S3, SQS and DynamoDB are: embedded, or all at one outside endpoint.
 *
 * @param uris by service
 * @param credentials that they know
 * @param embedded whether they are ours
 * @param databaseEnded completes when the embedded DynamoDB ends on its own
 */
record Endpoints(
    Map<AwsClients.Service, URI> uris,
    AwsCredentialsProvider credentials,
    boolean embedded,
    CompletableFuture<?> databaseEnded) {

  /**
   * Those of an outside endpoint; its credentials come from the environment, or are what LocalStack
   * takes.
   */
  static Endpoints outside(URI endpoint) {
    AwsCredentialsProvider credentials =
        AwsCredentialsProviderChain.of(
            EnvironmentVariableCredentialsProvider.create(),
            ProfileCredentialsProvider.create(),
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")));
    Map<AwsClients.Service, URI> uris =
        Map.of(
            AwsClients.Service.S3,
            endpoint,
            AwsClients.Service.SQS,
            endpoint,
            AwsClients.Service.DYNAMODB,
            endpoint);
    return new Endpoints(uris, credentials, false, new CompletableFuture<>());
  }

  /** Says where dynoxide is, fetching it if need be. */
  interface Dynoxide {
    Path find() throws IOException;
  }

  /**
   * Starts our own, all three at once.
   *
   * @param started takes what must be closed
   */
  static Endpoints embedded(
      DataFolder folder, Dynoxide dynoxide, Consumer<ObjectCreated> listener, Closing started)
      throws IOException {
    AccessKey key = folder.accessKey();
    var tasks = new Together();
    var dynamo =
        tasks.start(() ->
            started.add(EmbeddedDynamoDb.start(dynoxide.find(), folder.resolve("dynamodb"), 0)));
    var sqs =
        tasks.start(
            () -> started.add(EmbeddedSqs.start(folder.resolve("sqs"), 0, Resources.REGION)));
    var s3 =
        tasks.start(() -> started.add(EmbeddedS3.start(folder.resolve("s3"), 0, key, listener)));
    tasks.await();
    Map<AwsClients.Service, URI> uris =
        Map.of(
            AwsClients.Service.S3, s3.resultNow().endpoint(),
            AwsClients.Service.SQS, sqs.resultNow().endpoint(),
            AwsClients.Service.DYNAMODB, dynamo.resultNow().endpoint());
    var credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
    return new Endpoints(uris, credentials, true, dynamo.resultNow().process().onExit());
  }
}
