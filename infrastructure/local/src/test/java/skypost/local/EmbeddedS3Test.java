package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

class EmbeddedS3Test {
  private static final AccessKey KEY = new AccessKey("id", "secret");

  @TempDir Path folder;
  private final List<ObjectCreated> events = new CopyOnWriteArrayList<>();
  private final AwsClients clients = new AwsClients(KEY);
  private EmbeddedS3 endpoint;
  private S3Client s3;

  @BeforeEach
  void start() throws Exception {
    endpoint = EmbeddedS3.start(folder, 0, KEY, events::add);
    s3 = clients.s3(endpoint.endpoint());
    s3.createBucket(request -> request.bucket("bucket"));
  }

  @AfterEach
  void stop() throws Exception {
    endpoint.close();
    clients.close();
  }

  @Test
  void anEventComesForEachObjectBeforeThePutIsAnswered() {
    s3.putObject(
        request -> request.bucket("bucket").key("incoming/a b+c"), RequestBody.fromString("hello"));

    assertThat(events).hasSize(1);
    assertThat(events.getFirst().size()).isEqualTo(5);
    assertThat(events.getFirst().toJson())
        .contains("\"key\":\"incoming/a+b%2Bc\"", "\"eventName\":\"ObjectCreated:Put\"");
  }

  @Test
  void aLostConditionalPutSaysNothing() {
    s3.putObject(
        request -> request.bucket("bucket").key("incoming/k").ifNoneMatch("*"),
        RequestBody.fromString("first"));
    assertThatThrownBy(() ->
            s3.putObject(
                request -> request.bucket("bucket").key("incoming/k").ifNoneMatch("*"),
                RequestBody.fromString("second")))
        .isInstanceOfSatisfying(
            S3Exception.class, refused -> assertThat(refused.statusCode()).isEqualTo(412));

    assertThat(events).hasSize(1);
    assertThat(
            s3.getObjectAsBytes(request -> request.bucket("bucket").key("incoming/k"))
                .asUtf8String())
        .isEqualTo("first");
  }

  @Test
  void whatDoesNotMatchItsChecksumIsRefused() {
    assertThatThrownBy(() ->
            s3.putObject(
                request ->
                    request.bucket("bucket").key("incoming/k").checksumCRC32("AAAAAA=="), // of ""
                RequestBody.fromString("changed on its way")))
        .isInstanceOfSatisfying(
            S3Exception.class, refused -> assertThat(refused.statusCode()).isEqualTo(400));
    assertThat(events).isEmpty();
  }

  @Test
  void aWrongSignatureIsRefused() {
    try (var others = new AwsClients(new AccessKey("id", "wrong"))) {
      assertThatThrownBy(() ->
              others
                  .s3(endpoint.endpoint())
                  .putObject(
                      r -> r.bucket("bucket").key("incoming/k"), RequestBody.fromString("x")))
          .isInstanceOfSatisfying(
              S3Exception.class, refused -> assertThat(refused.statusCode()).isEqualTo(403));
    }
    assertThat(events).isEmpty();
  }

  @Test
  void aCompletedMultipartUploadIsOneEvent() {
    byte[] part = new byte[5 * 1024 * 1024];
    String id =
        s3.createMultipartUpload(request -> request.bucket("bucket").key("incoming/big"))
            .uploadId();
    String first = upload(id, 1, part);
    String second = upload(id, 2, new byte[] {1, 2, 3});
    assertThat(events).isEmpty();

    s3.completeMultipartUpload(request ->
        request
            .bucket("bucket")
            .key("incoming/big")
            .uploadId(id)
            .ifNoneMatch("*")
            .multipartUpload(parts -> parts.parts(done(1, first), done(2, second))));

    assertThat(events).hasSize(1);
    assertThat(events.getFirst().name()).isEqualTo("ObjectCreated:CompleteMultipartUpload");
    assertThat(events.getFirst().size()).isEqualTo(part.length + 3);
    assertThat(
            s3.headObject(request -> request.bucket("bucket").key("incoming/big")).contentLength())
        .isEqualTo(part.length + 3);
  }

  private String upload(String id, int number, byte[] bytes) {
    return s3.uploadPart(
            request -> request.bucket("bucket").key("incoming/big").uploadId(id).partNumber(number),
            RequestBody.fromBytes(bytes))
        .eTag();
  }

  private static CompletedPart done(int number, String eTag) {
    return CompletedPart.builder().partNumber(number).eTag(eTag).build();
  }
}
