package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.aws.AwsPorts;
import skypost.aws.DynamoTransfers;
import skypost.mail.contract.ExportObjectsContract;
import skypost.mail.contract.Faults;
import skypost.mail.contract.ImportObjectsContract;
import skypost.mail.contract.Samples;
import skypost.mail.contract.TransfersContract;
import skypost.mail.transfer.ExportObjects;
import skypost.mail.transfer.ImportObjects;
import skypost.mail.transfer.TransferId;
import skypost.mail.transfer.TransferKey;
import skypost.mail.transfer.Transfers;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The contracts of exports and imports on the embedded endpoints, by the URLs that clients get, and
 * through a client that sends as the functions' does.
 */
class TransferPortsTest {
  private static final Duration VALIDITY = Duration.ofMinutes(5);

  @TempDir private static Path folder;
  private static SteppedSystem system;
  private static AwsPorts ports;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    system = SteppedSystem.start(Map.of("SKYPOST_DATA", folder.toString()), Clock.systemUTC());
    ports = system.ports();
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }

  @Nested
  class DynamoTransfersTest extends TransfersContract {
    @Override
    protected Transfers transfers() {
      return ports.transfers();
    }

    @Override
    protected List<TransferKey> woken() throws IOException {
      List<TransferKey> woken = new ArrayList<>();
      for (var message :
          system
              .clients()
              .sqs()
              .receiveMessage(receive ->
                  receive.queueUrl(system.resources().transfers().url()).maxNumberOfMessages(10))
              .messages()) {
        woken.add(DynamoTransfers.woken(message.body()));
      }
      return woken;
    }
  }

  /** An answer may be lost, and the SDK then sends a write again: it was made all the same. */
  @Nested
  class DynamoTransfersSentTwiceTest extends DynamoTransfersTest {
    @Override
    protected Transfers transfers() {
      return new DynamoTransfers(
          Faults.repeating("putItem"::equals, DynamoDbClient.class, system.clients().dynamo()),
          Resources.MESSAGES,
          system.clients().sqs(),
          system.resources().transfers().url());
    }
  }

  @Nested
  class S3ExportObjectsTest extends ExportObjectsContract {
    @Override
    protected ExportObjects objects() {
      return ports.exportObjects();
    }

    @Override
    protected byte[] fetch(TransferKey key) throws IOException {
      URI url = objects().url(key, "ann@local.example-1.mbox", VALIDITY);
      HttpResponse<byte[]> response = send(HttpRequest.newBuilder(url));
      assertThat(response.statusCode()).isEqualTo(200);
      return response.body();
    }

    @Test
    void aUrlIsForItsObjectAlone() throws IOException {
      TransferKey key = new TransferKey(Samples.user(), new TransferId(Samples.id().value()));
      TransferKey other = new TransferKey(Samples.user(), new TransferId(Samples.id().value()));
      objects().put(other, skypost.mail.archive.ArchiveFormat.MBOX, new byte[1]);
      String url = objects().url(key, "x.mbox", VALIDITY).toString();
      URI forged = URI.create(url.replace(key.id().value(), other.id().value()));

      assertThat(send(HttpRequest.newBuilder(forged)).statusCode()).isEqualTo(403);
    }
  }

  @Nested
  class S3ImportObjectsTest extends ImportObjectsContract {
    @Override
    protected ImportObjects objects() {
      return ports.importObjects();
    }

    @Override
    protected void put(TransferKey key, byte[] octets) throws IOException {
      URI url = objects().url(key, VALIDITY);
      HttpResponse<byte[]> response =
          send(HttpRequest.newBuilder(url).PUT(HttpRequest.BodyPublishers.ofByteArray(octets)));
      assertThat(response.statusCode()).as(new String(response.body())).isEqualTo(200);
    }
  }
}
