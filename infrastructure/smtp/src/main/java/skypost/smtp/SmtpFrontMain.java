package skypost.smtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/** The front in its container: AuthorizeFunction and S3 behind it. */
public final class SmtpFrontMain {
  /**
   * Messages being stored and questions being asked at once: many sessions share few connections,
   * since each needs one for some milliseconds.
   */
  private static final int AWS_CONNECTIONS = 500;

  private SmtpFrontMain() {}

  /** Runs the front until SIGTERM; {@code --help} lists the settings. */
  public static void main(String[] arguments) throws InterruptedException {
    List<Setting> settings = new ArrayList<>(SmtpFrontSettings.SETTINGS);
    settings.addAll(List.of(AwsPorts.BUCKET, AwsPorts.AUTHORIZE, AwsPorts.RECEIVE));
    settings.addAll(List.of(MetricsSettings.METRICS, ServerHealth.PORT, ServerHealth.NOTICE));
    new Program("skypost-smtp", "The SMTP front of Skypost.", settings)
        .run(arguments, SmtpFrontMain::start);
  }

  private static Runnable start(SettingsReader reader) throws IOException {
    Clock clock = Clock.systemUTC();
    var settings =
        SmtpFrontSettings.read(reader, new InetSocketAddress(0).getAddress(), Instant.now());
    var ports = new AwsPorts(AwsClients.fromEnvironment(AWS_CONNECTIONS), reader, clock);
    var frontPorts =
        new SmtpFront.Ports(
            ports.authorizer(), ports.messages(), ports.sessionCheck(settings.checkLimit()));
    Metrics metrics = MetricsSettings.read(reader, clock);
    ServerHealth health = ServerHealth.read(reader, settings.bind());
    reader.check();
    SmtpFront front = SmtpFront.start(settings, frontPorts, clock, new SecureRandom(), metrics);
    Optional<HealthEndpoint> endpoint = health.start(front::trouble);
    EventLog started = EventLog.info("ready");
    for (Door door : Door.values()) {
      started.with(door.name().toLowerCase(Locale.ROOT), front.port(door));
    }
    endpoint.ifPresent(open -> started.with("health", open.port()));
    started.write();
    return () -> {
      health.leave(endpoint, front::drain);
      metrics.write();
    };
  }
}
