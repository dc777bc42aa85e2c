package skypost.aws;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * SDK clients, made once in a process. Region and credentials come from the environment, and so does another endpoint:
 * {@code AWS_ENDPOINT_URL} (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
 */
public final class AwsClients {
  /** Longer than a long poll of SQS (20 s) and than a large PUT takes. */
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(60);

  private final Optional<SdkHttpClient> http;
  private final Optional<URI> endpoint;

  private AwsClients(Optional<SdkHttpClient> http, Optional<URI> endpoint) {
    this.http = http;
    this.endpoint = endpoint;
  }

  /** Clients on the one HTTP client that lies on the class path. */
  public static AwsClients fromEnvironment() {
    return new AwsClients(
        Optional.empty(), Optional.ofNullable(System.getenv("AWS_ENDPOINT_URL")).filter(url -> !url.isEmpty()).map(URI::create));
  }

  /** Clients that share an HTTP client. */
  public AwsClients with(SdkHttpClient client) {
    return new AwsClients(Optional.of(client), endpoint);
  }

  /** An endpoint other than AWS's, if one is set. */
  public Optional<URI> endpoint() {
    return endpoint;
  }

  public S3Client s3() {
    // Bucket names as host names are for AWS; other endpoints know paths.
    return configure(S3Client.builder().forcePathStyle(endpoint.isPresent())).build();
  }

  public DynamoDbClient dynamo() {
    return configure(DynamoDbClient.builder()).build();
  }

  public SqsClient sqs() {
    return configure(SqsClient.builder()).build();
  }

  public LambdaClient lambda() {
    return configure(LambdaClient.builder()).build();
  }

  private <C, B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>> B configure(B builder) {
    builder.overrideConfiguration(
        ClientOverrideConfiguration.builder().apiCallAttemptTimeout(ATTEMPT_TIMEOUT).build());
    http.ifPresent(builder::httpClient);
    return builder;
  }
}
