package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The same system on LocalStack instead of the embedded endpoints, where Docker is. The image is
 * one that needs no account token; SKYPOST_TEST_LOCALSTACK_IMAGE names another compatible one.
 */
@Testcontainers(disabledWithoutDocker = true)
class LocalStackTest {
  private static final String IMAGE =
      System.getenv().getOrDefault("SKYPOST_TEST_LOCALSTACK_IMAGE", "localstack/localstack:4.9.2");

  @Container
  private static final LocalStackContainer LOCALSTACK =
      new LocalStackContainer(
              DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("localstack/localstack"))
          .withServices("s3", "sqs", "dynamodb");

  @TempDir private Path data;

  @Test
  void aMessageGoesTheWholeWay() throws Exception {
    Map<String, String> settings =
        Map.of(
            "AWS_ENDPOINT_URL", LOCALSTACK.getEndpoint().toString(),
            "AWS_ACCESS_KEY_ID", LOCALSTACK.getAccessKey(),
            "AWS_SECRET_ACCESS_KEY", LOCALSTACK.getSecretKey());
    try (LocalProcess system = LocalProcess.start(data, settings)) {
      system.users("example.com", "bob");
      try (MailClient smtp = MailClient.connect(system.port("smtp"))) {
        smtp.reply();
        smtp.command("EHLO client.example");
        byte[] message =
            "Subject: on LocalStack\r\n\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII);
        assertThat(smtp.send("x@far.example", "bob@example.com", message)).startsWith("250 2.0.0");
      }
      await("the message", () -> system.inbox("bob@example.com"), count -> count == 1);
      try (MailClient pop3 = MailClient.pop3(system.port("pop3"), "bob@example.com")) {
        assertThat(new String(pop3.retrieve("RETR 1"), StandardCharsets.US_ASCII))
            .endsWith("Subject: on LocalStack\r\n\r\nhello\r\n");
      }
    }
  }
}
