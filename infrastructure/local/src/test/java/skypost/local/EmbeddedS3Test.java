package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.local.s3.AccessKey;
import skypost.local.s3.EmbeddedS3;
import skypost.local.s3.ObjectCreated;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
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
    assertThat(events.getFirst().toJson(Resources.REGION))
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

  @Test
  void aPartOfAnObjectIsRead() {
    s3.putObject(put -> put.bucket("bucket").key("k"), RequestBody.fromString("0123456789"));

    assertThat(read("bytes=2-4")).isEqualTo("234");
    assertThat(read("bytes=7-")).isEqualTo("789");
    assertThat(read("bytes=-2")).isEqualTo("89");
    assertThat(read("bytes=8-100")).isEqualTo("89");
    assertThatThrownBy(() -> read("bytes=10-"))
        .isInstanceOfSatisfying(
            S3Exception.class, refused -> assertThat(refused.statusCode()).isEqualTo(416));
  }

  private String read(String range) {
    return s3.getObjectAsBytes(get -> get.bucket("bucket").key("k").range(range)).asUtf8String();
  }

  @Test
  void aLargeObjectComesBackAsItWasPut() {
    byte[] large = new byte[3 << 20];
    new Random(1).nextBytes(large);
    s3.putObject(
        put -> put.bucket("bucket").key("large").contentType("text/x"),
        RequestBody.fromBytes(large));

    var got = s3.getObjectAsBytes(get -> get.bucket("bucket").key("large"));
    assertThat(got.asByteArray()).isEqualTo(large);
    assertThat(got.response().contentType()).isEqualTo("text/x");
    assertThat(got.response().contentLength()).isEqualTo(large.length);
  }

  @Test
  void objectsAreListedInOrderPageByPage() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      String key = "incoming/%02d & <more>".formatted(i);
      keys.add(key);
      s3.putObject(put -> put.bucket("bucket").key(key), RequestBody.fromString("x"));
    }
    s3.putObject(put -> put.bucket("bucket").key("other/a"), RequestBody.fromString("x"));

    assertThat(
            s3
                .listObjectsV2Paginator(list ->
                    list.bucket("bucket").prefix("incoming/").startAfter(keys.get(3)).maxKeys(10))
                .contents()
                .stream()
                .map(object -> object.key())
                .toList())
        .isEqualTo(keys.subList(4, 25));
    assertThat(
            s3.listObjectsV2(list -> list.bucket("bucket").delimiter("/")).commonPrefixes().stream()
                .map(group -> group.prefix())
                .toList())
        .containsExactly("incoming/", "other/");
  }

  @Test
  void manyObjectsAreDeletedAtOnce() {
    for (String key : List.of("a", "b", "c")) {
      s3.putObject(put -> put.bucket("bucket").key(key), RequestBody.fromString("x"));
    }
    s3.deleteObjects(delete ->
        delete
            .bucket("bucket")
            .delete(them -> them.objects(named("a"), named("b"), named("never there"))));

    assertThat(s3.listObjectsV2(list -> list.bucket("bucket")).contents())
        .singleElement()
        .satisfies(left -> assertThat(left.key()).isEqualTo("c"));
  }

  private static ObjectIdentifier named(String key) {
    return ObjectIdentifier.builder().key(key).build();
  }

  @Test
  void whatIsNotThereIsSaidSo() {
    assertThatThrownBy(() -> s3.getObjectAsBytes(get -> get.bucket("bucket").key("none/at all")))
        .isInstanceOf(NoSuchKeyException.class);
    assertThatThrownBy(() -> s3.getObjectAsBytes(get -> get.bucket("nowhere").key("k")))
        .isInstanceOf(NoSuchBucketException.class);
    assertThatThrownBy(() -> s3.createBucket(create -> create.bucket("bucket")))
        .isInstanceOf(BucketAlreadyOwnedByYouException.class);
    s3.deleteObject(delete -> delete.bucket("bucket").key("none")); // is fine
  }

  @Test
  void noKeyLeadsOutOfItsBucket() {
    for (String key : List.of("../escaped", "a/../../escaped", "a//b", "a/.")) {
      assertThatThrownBy(
              () -> s3.putObject(put -> put.bucket("bucket").key(key), RequestBody.fromString("x")))
          .as(key)
          .isInstanceOfSatisfying(
              S3Exception.class, refused -> assertThat(refused.statusCode()).isIn(400, 403));
    }
    assertThat(folder.resolve("escaped")).doesNotExist();
  }

  /** Of many at once, one is told that it was the first. */
  @Test
  void ofManyConditionalPutsOneWins() throws Exception {
    List<Callable<Boolean>> puts = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String content = "put " + i;
      puts.add(() -> putsFirst(content));
    }
    try (var threads = Executors.newFixedThreadPool(16)) {
      long winners = 0;
      for (var put : threads.invokeAll(puts)) {
        winners += put.get() ? 1 : 0;
      }
      assertThat(winners).isEqualTo(1);
    }
    assertThat(events).hasSize(1);
  }

  private boolean putsFirst(String content) {
    try {
      s3.putObject(
          put -> put.bucket("bucket").key("incoming/once").ifNoneMatch("*"),
          RequestBody.fromString(content));
      return true;
    } catch (S3Exception lost) {
      assertThat(lost.statusCode()).isEqualTo(412);
      return false;
    }
  }

  @Test
  void objectsOutliveTheEndpoint() throws Exception {
    s3.putObject(put -> put.bucket("bucket").key("incoming/k"), RequestBody.fromString("kept"));
    endpoint.close();
    endpoint = EmbeddedS3.start(folder, 0, KEY, events::add);

    assertThat(
            clients
                .s3(endpoint.endpoint())
                .getObjectAsBytes(get -> get.bucket("bucket").key("incoming/k"))
                .asUtf8String())
        .isEqualTo("kept");
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
