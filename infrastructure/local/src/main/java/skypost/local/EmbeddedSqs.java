package skypost.local;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.Terminated;
import org.elasticmq.server.ElasticMQServer;
import org.elasticmq.server.config.ElasticMQServerConfig;
import scala.Function0;

/** An SQS endpoint on this machine: ElasticMQ, its queues and messages in an H2 database that survives {@code kill -9}. */
final class EmbeddedSqs implements AutoCloseable {
  private static final String ACCOUNT = "000000000000";

  private final URI endpoint;
  private final Function0<Terminated> stop;

  private EmbeddedSqs(URI endpoint, Function0<Terminated> stop) {
    this.endpoint = endpoint;
    this.stop = stop;
  }

  /**
   * Starts serving. What a crash left in flight is visible again at once.
   *
   * @param folder where the messages lie; made when it is not there
   * @param port on 127.0.0.1; 0 for any
   */
  static EmbeddedSqs start(Path folder, int port) throws IOException {
    Files.createDirectories(folder);
    String database = "jdbc:h2:" + folder.toAbsolutePath().resolve("messages") + ";WRITE_DELAY=0";
    InFlight.release(database);
    int bound = FreePort.orFree(port);
    try {
      var server = new ElasticMQServer(new ElasticMQServerConfig(config(database, bound)));
      return new EmbeddedSqs(URI.create("http://127.0.0.1:" + bound), server.start());
    } catch (RuntimeException failed) {
      throw new IOException("SQS did not start", failed);
    }
  }

  private static Config config(String database, int port) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("node-address.host", "127.0.0.1");
    settings.put("node-address.port", port);
    settings.put("rest-sqs.bind-hostname", "127.0.0.1");
    settings.put("rest-sqs.bind-port", port);
    settings.put("aws.region", AwsClients.REGION.id());
    settings.put("aws.accountId", ACCOUNT);
    settings.put("messages-storage.enabled", true);
    settings.put("messages-storage.uri", database);
    return ConfigFactory.parseMap(settings).withFallback(ConfigFactory.load());
  }

  URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    stop.apply();
  }
}
