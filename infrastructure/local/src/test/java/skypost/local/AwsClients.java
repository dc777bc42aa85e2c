package skypost.local;

import java.net.URI;
import skypost.aws.http.BlockingHttpClient;
import skypost.local.s3.AccessKey;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Makes the SDK's clients for given endpoints. They share one HTTP client, which {@link #close}
 * closes with them.
 */
final class AwsClients implements AutoCloseable {
  /** The region that local resources claim to be in. */
  static final Region REGION = Region.of(Resources.REGION);

  private final AwsCredentialsProvider credentials;
  private final SdkHttpClient http = BlockingHttpClient.of(200);

  /**
   * @param accessKey and its secret, as the S3 endpoint checks them
   */
  AwsClients(AccessKey accessKey) {
    this.credentials =
        StaticCredentialsProvider.create(
            AwsBasicCredentials.create(accessKey.id(), accessKey.secret()));
  }

  /**
   * A client for S3; objects are addressed by path because a bucket's host name does not resolve
   * here.
   */
  S3Client s3(URI endpoint) {
    return at(endpoint, S3Client.builder().forcePathStyle(true).httpClient(http)).build();
  }

  SqsClient sqs(URI endpoint) {
    return at(endpoint, SqsClient.builder().httpClient(http)).build();
  }

  DynamoDbClient dynamoDb(URI endpoint) {
    return at(endpoint, DynamoDbClient.builder().httpClient(http)).build();
  }

  LambdaClient lambda(URI endpoint) {
    return at(endpoint, LambdaClient.builder().httpClient(http)).build();
  }

  private <B extends AwsClientBuilder<B, C>, C> B at(URI endpoint, B builder) {
    return builder.endpointOverride(endpoint).region(REGION).credentialsProvider(credentials);
  }

  @Override
  public void close() {
    http.close();
  }
}
