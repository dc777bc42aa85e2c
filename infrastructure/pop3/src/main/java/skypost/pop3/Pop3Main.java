package skypost.pop3;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.mail.settings.MetricsSettings;
import skypost.mail.settings.Program;
import skypost.mail.settings.ServerHealth;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.log.EventLog;
import skypost.protocol.log.Metrics;
import skypost.protocol.net.HealthEndpoint;

/** The POP3 server in its container: DynamoDB, S3 and AuthorizeFunction behind it. */
public final class Pop3Main {
  private Pop3Main() {}

  /** Runs the server until SIGTERM; {@code --help} lists the settings. */
  public static void main(String[] arguments) throws InterruptedException {
    List<Setting> settings = new ArrayList<>(Pop3Settings.SETTINGS);
    settings.addAll(List.of(AwsPorts.BUCKET, AwsPorts.MAILBOXES, AwsPorts.AUTHORIZE));
    settings.addAll(List.of(MetricsSettings.METRICS, ServerHealth.PORT, ServerHealth.NOTICE));
    new Program("skypost-pop3", "The POP3 server of Skypost.", settings)
        .run(arguments, Pop3Main::start);
  }

  private static Runnable start(SettingsReader reader) throws IOException {
    Clock clock = Clock.systemUTC();
    var settings = Pop3Settings.read(reader, new InetSocketAddress(0).getAddress(), Instant.now());
    // A slow reader holds a connection to S3 for as long as RETR takes.
    int connections = settings.maxConnections() + Prefetch.Room.MAX_REQUESTS;
    var ports = new AwsPorts(AwsClients.fromEnvironment(connections), reader, clock);
    var behind =
        new Pop3Server.Ports(ports.authorizer(), ports.rememberingMailboxes(), ports.messages());
    Metrics metrics = MetricsSettings.read(reader, clock);
    ServerHealth health = ServerHealth.read(reader, settings.bind());
    reader.check();
    Pop3Server server = Pop3Server.start(settings, behind, clock, metrics);
    Optional<HealthEndpoint> endpoint = health.start(server::trouble);
    EventLog started =
        EventLog.info("ready").with("pop3", server.pop3Port()).with("pop3s", server.pop3sPort());
    endpoint.ifPresent(open -> started.with("health", open.port()));
    started.write();
    return () -> {
      health.leave(endpoint, server::drain);
      metrics.write();
    };
  }
}
