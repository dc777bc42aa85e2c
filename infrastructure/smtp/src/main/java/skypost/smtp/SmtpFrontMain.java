package skypost.smtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import skypost.aws.AwsClients;
import skypost.aws.LambdaAuthorizer;
import skypost.aws.S3Messages;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.log.EventLog;

/**
 * The front in its container: settings from the environment, AuthorizeFunction and S3 behind it,
 * SIGTERM drains.
 */
public final class SmtpFrontMain {
  private static final Setting BUCKET =
      new Setting("SKYPOST_BUCKET", "S3 bucket for accepted messages", "");
  private static final Setting FUNCTION =
      new Setting("SKYPOST_FUNCTION_AUTHORIZE", "name or ARN of AuthorizeFunction", "");
  private static final Duration DRAIN =
      Duration.ofSeconds(110); // its StopTimeout is 120 s in infrastructure/cloud/smtp.yaml

  private SmtpFrontMain() {}

  private record Wiring(SmtpFrontSettings front, String bucket, String function) {}

  /**
   * {@code --help} lists the settings. Exits with 2 when they are wrong, with 1 when a port is
   * taken.
   */
  public static void main(String[] arguments) throws InterruptedException {
    if (List.of(arguments).contains("--help")) {
      help();
      return;
    }
    try {
      serve(start(read(), Clock.systemUTC()));
    } catch (IllegalArgumentException wrong) {
      System.err.println("skypost-smtp: " + wrong.getMessage());
      System.exit(2);
    } catch (IOException fault) {
      System.err.println("skypost-smtp: " + fault.getMessage());
      System.exit(1);
    }
  }

  private static Wiring read() {
    SettingsReader reader = new SettingsReader(System.getenv());
    SmtpFrontSettings front =
        SmtpFrontSettings.read(reader, new InetSocketAddress(0).getAddress(), Instant.now());
    Wiring wiring = new Wiring(front, reader.required(BUCKET), reader.required(FUNCTION));
    reader.check();
    return wiring;
  }

  private static SmtpFront start(Wiring wiring, Clock clock) throws IOException {
    AwsClients clients = AwsClients.fromEnvironment();
    var authorizer = new LambdaAuthorizer(clients.lambda(), wiring.function());
    var messages = new S3Messages(clients.s3(), wiring.bucket());
    return SmtpFront.start(wiring.front(), authorizer, messages, clock, new SecureRandom());
  }

  private static void serve(SmtpFront front) throws InterruptedException {
    EventLog started = EventLog.info("ready");
    for (Door door : Door.values()) {
      started.with(door.name().toLowerCase(java.util.Locale.ROOT), front.port(door));
    }
    started.write();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              EventLog.info("drain").with("finished", front.drain(DRAIN)).write();
            }));
    new CountDownLatch(1).await(); // until SIGTERM
  }

  private static void help() {
    System.out.println("The SMTP front of Skypost. Settings are environment variables:");
    for (Setting setting : SmtpFrontSettings.SETTINGS) {
      print(setting);
    }
    print(BUCKET);
    print(FUNCTION);
  }

  private static void print(Setting setting) {
    String fallback = setting.fallback().isEmpty() ? "" : " (" + setting.fallback() + ")";
    System.out.printf("  %-28s %s%s%n", setting.key(), setting.meaning(), fallback);
  }
}
