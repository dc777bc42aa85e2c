package skypost.local.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import skypost.local.http.HttpAnswer;
import skypost.local.http.HttpRequest;
import skypost.local.http.ServiceServer;
import skypost.protocol.log.EventLog;

/**
 * An S3 endpoint on this machine, over a folder. Signatures are checked, conditional writes have
 * one winner, and a listener learns of every object created under {@code incoming/}, as a bucket
 * notification would tell it.
 */
public final class EmbeddedS3 implements AutoCloseable {
  /** What the bucket notifies of, as the filter in template.yaml says. */
  private static final String NOTIFIED = "incoming/";

  private final Signatures signatures;
  private final BucketActions buckets;
  private final ObjectActions objects;
  private final Consumer<ObjectCreated> listener;
  private final AtomicLong requests = new AtomicLong(System.currentTimeMillis() << 20);
  private final ServiceServer server;

  private EmbeddedS3(Path folder, int port, AccessKey key, Consumer<ObjectCreated> listener)
      throws IOException {
    ObjectFiles files = new ObjectFiles(folder);
    this.signatures = new Signatures(key, Clock.systemUTC());
    this.buckets = new BucketActions(files);
    this.objects = new ObjectActions(files, this::tell);
    this.listener = listener;
    this.server = ServiceServer.start(port, this::answer);
  }

  /**
   * Starts serving.
   *
   * @param folder where the objects lie; made when it is not there
   * @param port on 127.0.0.1; 0 for any
   * @param listener hears of each created object when it lies on the disk and before its request is
   *     answered. So only a crash between the two loses an event; S3 itself promises no more, and a
   *     sweep over the bucket finds what was missed.
   */
  public static EmbeddedS3 start(
      Path folder, int port, AccessKey key, Consumer<ObjectCreated> listener) throws IOException {
    return new EmbeddedS3(folder, port, key, listener);
  }

  /** Where it listens; buckets are addressed by path. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  private HttpAnswer answer(HttpRequest request) throws IOException {
    String id = Long.toHexString(requests.incrementAndGet());
    try {
      return done(request).with("x-amz-request-id", id);
    } catch (S3Error error) {
      byte[] body = S3Xml.error(error, request.path());
      return HttpAnswer.of(error.status(), "application/xml", body).with("x-amz-request-id", id);
    }
  }

  private HttpAnswer done(HttpRequest request) throws IOException {
    Map<String, String> query = UriText.query(request.query());
    Signatures.Signed signed = signatures.check(request, query);
    String path = request.path();
    int slash = path.indexOf('/', 1);
    if (path.length() == 1) {
      return buckets.list();
    }
    String bucket = UriText.decode(path.substring(1, slash < 0 ? path.length() : slash));
    if (slash < 0 || slash == path.length() - 1) {
      return buckets.answer(request, signed, bucket, query);
    }
    return objects.answer(
        request,
        signed,
        new ObjectActions.Name(bucket, UriText.decode(path.substring(slash + 1))),
        query);
  }

  private void tell(ObjectCreated created) {
    if (!created.key().startsWith(NOTIFIED)) {
      return;
    }
    try {
      listener.accept(created);
    } catch (RuntimeException fault) {
      // the object is stored, and that is what the answer is about
      EventLog.error("s3-event-lost")
          .with("bucket", created.bucket())
          .with("key", created.key())
          .cause(fault)
          .write();
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
