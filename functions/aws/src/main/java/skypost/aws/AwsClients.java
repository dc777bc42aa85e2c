package skypost.aws;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import skypost.aws.http.BlockingHttpClient;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sqs.SqsClient;

/** SDK clients of one process: each is made once, when it is first asked for. */
public final class AwsClients {
  /** Longer than a long poll of SQS (20 s) and than a large PUT takes. */
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(60);

  /**
   * DynamoDB answers within milliseconds or not at all, and somebody at a connection waits: he is
   * told to come again ({@code [SYS/TEMP]}, 4xx) before he gives up. Writes that are sent again are
   * known to be ours.
   */
  private static final Duration TABLE_ATTEMPT = Duration.ofSeconds(10);

  private static final Duration TABLE_CALL = Duration.ofSeconds(30);

  private static final String KEPT_CONNECTIONS = "http.maxConnections";

  /** The environment variable that names the region. */
  static final String REGION = "AWS_REGION";

  /** Services that have an endpoint of their own in the local system. */
  public enum Service {
    S3,
    DYNAMODB,
    SQS,
    LAMBDA,
    KMS
  }

  /**
   * Where the services are, when not in AWS.
   *
   * @param endpoints of the services that are elsewhere
   * @param credentials for them
   * @param http the HTTP client that all share
   */
  public record Elsewhere(
      Map<Service, URI> endpoints, AwsCredentialsProvider credentials, SdkHttpClient http) {
    public Elsewhere {
      endpoints = Map.copyOf(endpoints);
    }
  }

  private final Optional<Elsewhere> elsewhere;
  private final Optional<SdkHttpClient> http;
  private S3Client s3;
  private S3Presigner presigner;
  private DynamoDbClient dynamo;
  private SqsClient sqs;
  private LambdaClient lambda;
  private KmsClient kms;

  private AwsClients(Optional<Elsewhere> elsewhere, Optional<SdkHttpClient> http) {
    this.elsewhere = elsewhere;
    this.http = http;
  }

  /**
   * Clients of AWS itself: region, credentials and {@code AWS_ENDPOINT_URL} come from the
   * environment (AWS SDKs and Tools Reference Guide), the HTTP client is the one on the class path.
   */
  public static AwsClients fromEnvironment() {
    // Java keeps five idle connections of a host, and closes those of a batch of ten beyond them:
    // the next batch would have to shake hands again ("Networking Properties", http.maxConnections)
    if (System.getProperty(KEPT_CONNECTIONS) == null) {
      System.setProperty(KEPT_CONNECTIONS, "50");
    }
    return new AwsClients(Optional.empty(), Optional.empty());
  }

  /**
   * Like {@link #fromEnvironment()}, for a program that runs for long and asks much: on our own
   * HTTP client.
   *
   * @param maxConnections at once
   */
  public static AwsClients fromEnvironment(int maxConnections) {
    return new AwsClients(Optional.empty(), Optional.of(BlockingHttpClient.of(maxConnections)));
  }

  /** Clients of endpoints elsewhere. */
  public static AwsClients at(Elsewhere elsewhere) {
    return new AwsClients(Optional.of(elsewhere), Optional.of(elsewhere.http()));
  }

  /** The region of the environment, which Lambda and ECS set; elsewhere any will do. */
  Optional<String> region() {
    return elsewhere.isPresent()
        ? Optional.of("us-east-1")
        : Optional.ofNullable(System.getenv(REGION)).filter(name -> !name.isEmpty());
  }

  /** Bucket names as host names are for AWS; other endpoints know paths. */
  private boolean hasPaths() {
    return elsewhere.isPresent() || System.getenv("AWS_ENDPOINT_URL") != null;
  }

  public synchronized S3Client s3() {
    if (s3 == null) {
      // Our checksums are known before a PUT begins (S3Draft), so nothing has to trail the content
      // in chunks that are each signed and counted.
      var builder =
          S3Client.builder()
              .forcePathStyle(hasPaths())
              .serviceConfiguration(config -> config.chunkedEncodingEnabled(false));
      s3 = configure(builder, Service.S3).build();
    }
    return s3;
  }

  /**
   * Makes URLs that carry a permission of ours with them. Those made with a role's credentials end
   * with these, whatever they say (Amazon S3 User Guide, "Download and upload objects with
   * presigned URLs").
   */
  public synchronized S3Presigner presigner() {
    if (presigner == null) {
      var builder =
          S3Presigner.builder()
              .region(Region.of(region().orElse("us-east-1")))
              .serviceConfiguration(
                  S3Configuration.builder().pathStyleAccessEnabled(hasPaths()).build());
      elsewhere.ifPresent(there -> {
        Optional.ofNullable(there.endpoints().get(Service.S3)).ifPresent(builder::endpointOverride);
        builder.credentialsProvider(there.credentials());
      });
      presigner = builder.build();
    }
    return presigner;
  }

  public synchronized DynamoDbClient dynamo() {
    if (dynamo == null) {
      dynamo =
          configure(DynamoDbClient.builder(), Service.DYNAMODB)
              .overrideConfiguration(
                  ClientOverrideConfiguration.builder()
                      .apiCallAttemptTimeout(TABLE_ATTEMPT)
                      .apiCallTimeout(TABLE_CALL)
                      .build())
              .build();
    }
    return dynamo;
  }

  public synchronized SqsClient sqs() {
    if (sqs == null) {
      sqs = configure(SqsClient.builder(), Service.SQS).build();
    }
    return sqs;
  }

  public synchronized LambdaClient lambda() {
    if (lambda == null) {
      lambda = configure(LambdaClient.builder(), Service.LAMBDA).build();
    }
    return lambda;
  }

  public synchronized KmsClient kms() {
    if (kms == null) {
      kms = configure(KmsClient.builder(), Service.KMS).build();
    }
    return kms;
  }

  private <C, B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>> B configure(
      B builder, Service service) {
    builder.overrideConfiguration(
        ClientOverrideConfiguration.builder().apiCallAttemptTimeout(ATTEMPT_TIMEOUT).build());
    elsewhere.ifPresent(there -> {
      Optional.ofNullable(there.endpoints().get(service)).ifPresent(builder::endpointOverride);
      builder.credentialsProvider(there.credentials());
    });
    builder.region(Region.of(region().orElse("us-east-1")));
    http.ifPresent(builder::httpClient);
    return builder;
  }
}
