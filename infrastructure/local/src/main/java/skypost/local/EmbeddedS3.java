package skypost.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.function.Consumer;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/**
 * An S3 endpoint on this machine: S3Proxy over a folder. Signatures are checked, conditional writes
 * have one winner, and a listener learns of every object created under {@code incoming/}, as a
 * bucket notification would tell it.
 */
final class EmbeddedS3 implements AutoCloseable {
  private static final int MAX_THREADS =
      64; // Jetty's default of 200 costs memory that one machine's mail never needs
  private static final long MAX_SINGLE_PUT = 5L * 1024 * 1024 * 1024; // as S3: "Uploading objects"

  private final S3Proxy server;

  private EmbeddedS3(S3Proxy server) {
    this.server = server;
  }

  /**
   * Starts serving.
   *
   * @param folder where the objects lie; made when it is not there
   * @param port on 127.0.0.1; 0 for any
   * @param listener hears of each created object before its request is answered
   */
  static EmbeddedS3 start(Path folder, int port, AccessKey key, Consumer<ObjectCreated> listener)
      throws IOException {
    Files.createDirectories(folder);
    var properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toAbsolutePath().toString());
    var store =
        new NotifyingBlobStore(
            BlobStores.create("filesystem-nio2", properties), Resources.INCOMING_PREFIX, listener);
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, key.id(), key.secret())
            .maxSinglePartObjectSize(MAX_SINGLE_PUT)
            .jettyMaxThreads(MAX_THREADS)
            .stopTimeout(0)
            .build();
    try {
      server.start();
    } catch (IOException failed) {
      throw failed;
    } catch (Exception failed) {
      throw new IOException("S3 did not start", failed);
    }
    return new EmbeddedS3(server);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  @Override
  public void close() throws IOException {
    try {
      server.stop();
    } catch (IOException failed) {
      throw failed;
    } catch (Exception failed) {
      throw new IOException("S3 did not stop", failed);
    }
  }
}
