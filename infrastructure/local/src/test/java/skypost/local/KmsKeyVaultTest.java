package skypost.local;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import skypost.aws.KmsKeyVault;
import skypost.mail.contract.KeyVaultContract;
import skypost.mail.signing.KeyVault;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;

/** The contract of vaults, through the real SDK client. */
class KmsKeyVaultTest extends KeyVaultContract {
  private static FakeKms server;
  private static KmsClient client;

  @BeforeAll
  static void start() throws IOException {
    server = FakeKms.start();
    client =
        KmsClient.builder()
            .endpointOverride(server.endpoint())
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
            .httpClient(Apache5HttpClient.create())
            .build();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Override
  protected KeyVault vault() {
    return new KmsKeyVault(() -> client, "arn:aws:kms:us-east-1:000000000000:key/one");
  }

  @Override
  protected KeyVault another() {
    return new KmsKeyVault(() -> client, "arn:aws:kms:us-east-1:000000000000:key/two");
  }
}
